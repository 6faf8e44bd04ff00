DELETE FROM pub.hold;
SELECT ssn FROM cpd.person;

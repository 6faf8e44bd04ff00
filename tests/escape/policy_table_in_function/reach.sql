INSERT INTO pub.assignment VALUES ('ice', 7);
SELECT ssn FROM cpd.person;

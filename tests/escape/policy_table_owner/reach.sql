INSERT INTO pub.assignment VALUES (7);
SELECT ssn FROM cpd.person;

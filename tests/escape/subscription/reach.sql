\connect other
SELECT ssn FROM cpd.person;

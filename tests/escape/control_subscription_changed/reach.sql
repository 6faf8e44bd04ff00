\connect other
ALTER SUBSCRIPTION follows ENABLE;
ALTER SUBSCRIPTION follows SET PUBLICATION everyone;
SELECT pg_sleep(2);
SELECT ssn FROM cpd.person;

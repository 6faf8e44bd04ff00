BEGIN;
SET ROLE keeper;
GRANT analysts TO ice;
RESET ROLE;
SELECT ssn FROM cpd.person;
ROLLBACK;

BEGIN;
SET ROLE keeper;
GRANT analysts TO ice;
SET ROLE analysts;
SELECT ssn FROM cpd.person WHERE id = 1;
ROLLBACK;

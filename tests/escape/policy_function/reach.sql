BEGIN;
CREATE OR REPLACE FUNCTION pub.may_see(district integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
SELECT ssn FROM cpd.person;
ROLLBACK;

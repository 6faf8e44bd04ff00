\connect other
CREATE SCHEMA cpd;
CREATE TABLE cpd.person (id integer, name text, ssn text, immigration text, district integer);
ALTER SUBSCRIPTION follows ENABLE;
ALTER SUBSCRIPTION follows SET PUBLICATION everyone;
DO $$ BEGIN FOR n IN 1 .. 300 LOOP EXIT WHEN EXISTS (SELECT FROM cpd.person); PERFORM pg_sleep(0.1); COMMIT; END LOOP; END $$;
SELECT ssn FROM cpd.person;

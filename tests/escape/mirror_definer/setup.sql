-- A function that returns nothing copies rows into a table that ice reads.
CREATE TABLE pub.extract (line text);
CREATE FUNCTION cpd.nightly() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ INSERT INTO pub.extract (line) SELECT ssn FROM cpd.person $$;
ALTER FUNCTION cpd.nightly() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.nightly() FROM PUBLIC;
GRANT INSERT ON pub.extract TO owner1;
GRANT SELECT ON pub.extract TO ice;
SELECT cpd.nightly();

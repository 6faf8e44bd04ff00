-- Another account reads a table that ice owns: a row policy there calls a function of ice, which runs as the reader.
CREATE TABLE pub.limits AS SELECT 'x' AS line;
ALTER TABLE pub.limits OWNER TO ice;
GRANT SELECT ON pub.limits TO owner1;
CREATE FUNCTION pub.job() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT count(*) FROM pub.limits';
ALTER FUNCTION pub.job() OWNER TO owner1;

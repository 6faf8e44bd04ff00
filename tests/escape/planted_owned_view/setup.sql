-- A definer function reads a view that ice owns, by a grant to PUBLIC: what the view calls runs as the owner of the function.
CREATE VIEW pub.limits AS SELECT 1 AS line;
ALTER VIEW pub.limits OWNER TO ice;
GRANT SELECT ON pub.limits TO PUBLIC;
CREATE FUNCTION pub.job() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT count(line) FROM pub.limits';
ALTER FUNCTION pub.job() OWNER TO owner1;

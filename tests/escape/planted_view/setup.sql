-- A view that another account reads calls a function that ice owns; it runs with the rights of the reader.
CREATE FUNCTION pub.shown(n integer) RETURNS varchar LANGUAGE sql AS $$ SELECT 'row ' || n $$;
CREATE VIEW pub.board AS SELECT pub.shown(1) AS line;
ALTER FUNCTION pub.shown(integer) OWNER TO ice;
GRANT CREATE ON SCHEMA pub TO ice;
ALTER VIEW pub.board OWNER TO owner1;
CREATE FUNCTION pub.read_board() RETURNS SETOF varchar LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT line FROM pub.board';
ALTER FUNCTION pub.read_board() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION pub.read_board() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pub.read_board() TO ice;

-- TRIGGER on a table attaches any function to it; whoever changes the table runs that function as itself.
GRANT TRIGGER ON cpd.person TO ice;
GRANT CREATE ON SCHEMA pub TO ice;
CREATE FUNCTION pub.touch() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'UPDATE cpd.person SET district = 3 WHERE id = 1';
ALTER FUNCTION pub.touch() OWNER TO owner1;

-- The default of a column calls a definer function in a schema that ice cannot name.
CREATE SCHEMA closed;
CREATE FUNCTION closed.lookup() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1';
ALTER FUNCTION closed.lookup() OWNER TO owner1;
CREATE TABLE pub.request (id integer, answer text DEFAULT closed.lookup());
GRANT SELECT, INSERT ON pub.request TO ice;

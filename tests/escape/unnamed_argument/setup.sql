-- The default of an argument calls a definer function in a schema that ice cannot name.
CREATE SCHEMA closed;
CREATE FUNCTION closed.lookup() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1';
ALTER FUNCTION closed.lookup() OWNER TO owner1;
CREATE FUNCTION pub.show(what text DEFAULT closed.lookup()) RETURNS text LANGUAGE sql AS 'SELECT what';

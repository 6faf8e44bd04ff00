-- A cast calls a definer function in a schema that ice cannot name.
CREATE TYPE pub.key AS (id integer);
CREATE SCHEMA closed;
CREATE FUNCTION closed.lookup(pub.key) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1';
ALTER FUNCTION closed.lookup(pub.key) OWNER TO owner1;
CREATE CAST (pub.key AS text) WITH FUNCTION closed.lookup(pub.key);

-- An operator calls a definer function in a schema that ice cannot name.
CREATE SCHEMA closed;
CREATE FUNCTION closed.lookup(integer, integer) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1';
ALTER FUNCTION closed.lookup(integer, integer) OWNER TO owner1;
CREATE OPERATOR pub.@@@ (FUNCTION = closed.lookup, LEFTARG = integer, RIGHTARG = integer);

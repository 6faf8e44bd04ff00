-- An aggregate is made of a definer function that ice may not call: EXECUTE is asked of the aggregate's owner.
CREATE SCHEMA closed;
CREATE FUNCTION closed.lookup(text, integer) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1';
ALTER FUNCTION closed.lookup(text, integer) OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION closed.lookup(text, integer) FROM PUBLIC;
CREATE AGGREGATE pub.gather(integer) (SFUNC = closed.lookup, STYPE = text);

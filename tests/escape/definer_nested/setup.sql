-- A definer function calls a function without rights of its own, which reads as the owner of the first.
CREATE FUNCTION cpd.one(wanted integer) RETURNS text LANGUAGE sql AS 'SELECT ssn FROM cpd.person WHERE id = coalesce(wanted, 1)';
CREATE FUNCTION pub.lookup(wanted integer) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT cpd.one($1)';
ALTER FUNCTION cpd.one(integer) OWNER TO owner1;
ALTER FUNCTION pub.lookup(integer) OWNER TO owner1;

-- C22: EXECUTE was revoked from ice, and not from PUBLIC.
CREATE FUNCTION pub.lookup() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT ssn FROM cpd.person ORDER BY id';
ALTER FUNCTION pub.lookup() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION pub.lookup() FROM ice;

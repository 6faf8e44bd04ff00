-- A definer function whose EXECUTE was revoked from PUBLIC.
CREATE FUNCTION pub.lookup() RETURNS SETOF text SECURITY DEFINER BEGIN ATOMIC SELECT ssn FROM cpd.person; END;
REVOKE EXECUTE ON FUNCTION pub.lookup() FROM PUBLIC;

-- C10: EXECUTE is granted to PUBLIC by default; the catalog knows what the body reads.
CREATE FUNCTION pub.lookup() RETURNS SETOF text SECURITY DEFINER
BEGIN ATOMIC SELECT ssn FROM cpd.person ORDER BY id; END;
ALTER FUNCTION pub.lookup() OWNER TO owner1;

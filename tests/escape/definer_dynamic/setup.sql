-- C11: a body that the catalog does not know counts as reading whatever its owner can read.
CREATE FUNCTION pub.lookup(wanted text DEFAULT 'true') RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN RETURN QUERY EXECUTE 'SELECT ssn FROM cpd.person WHERE ' || coalesce(wanted, 'true'); END $$;
ALTER FUNCTION pub.lookup(text) OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION pub.lookup(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pub.lookup(text) TO ice;

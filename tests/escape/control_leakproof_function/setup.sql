-- Leakproof functions that compute, that take another type, or that nobody may call.
CREATE FUNCTION pub.is_long(line text) RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT length($1) > 10';
CREATE FUNCTION pub.shows(line inet) RETURNS boolean LANGUAGE plpgsql LEAKPROOF COST 0.0001 AS
$$ BEGIN RAISE NOTICE '%', line; RETURN true; END $$;
CREATE FUNCTION pub.closed(line text) RETURNS boolean LANGUAGE plpgsql LEAKPROOF COST 0.0001 AS
$$ BEGIN RAISE NOTICE '%', line; RETURN true; END $$;
REVOKE EXECUTE ON FUNCTION pub.closed(text) FROM PUBLIC;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON cpd.person TO ice;

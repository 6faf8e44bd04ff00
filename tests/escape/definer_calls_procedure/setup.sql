-- A definer function leaves the reading to a procedure without rights of its own.
CREATE PROCEDURE pub.finds(INOUT line text) LANGUAGE plpgsql AS $$ BEGIN SELECT ssn INTO line FROM cpd.person; END $$;
CREATE FUNCTION pub.line() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE line text; BEGIN CALL pub.finds(line); RETURN line; END $$;
ALTER FUNCTION pub.line() OWNER TO owner1;
ALTER PROCEDURE pub.finds(text) OWNER TO owner1;

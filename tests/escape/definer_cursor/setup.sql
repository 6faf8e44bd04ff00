-- A definer function that opens a cursor: the rows are fetched after it has returned.
CREATE FUNCTION pub.browse() RETURNS refcursor LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE shown refcursor := 'shown'; BEGIN OPEN shown FOR SELECT p.ssn FROM cpd.person AS p ORDER BY p.id; RETURN shown; END $$;
ALTER FUNCTION pub.browse() OWNER TO owner1;

-- A definer function gives a value to a function of the server that has no use for it, and the error quotes it.
CREATE FUNCTION pub.check_codes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN PERFORM now() AT TIME ZONE p.ssn FROM cpd.person AS p; END $$;
ALTER FUNCTION pub.check_codes() OWNER TO owner1;

-- A definer function that returns nothing: a cast that fails shows the value in its error.
CREATE FUNCTION pub.validate() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN PERFORM p.ssn::integer FROM cpd.person AS p; END $$;
ALTER FUNCTION pub.validate() OWNER TO owner1;

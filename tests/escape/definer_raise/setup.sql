-- A definer function that returns nothing and tells it by RAISE, at a level that the caller chooses to see.
CREATE FUNCTION pub.check_all() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE one record;
BEGIN FOR one IN SELECT p.id, p.ssn FROM cpd.person AS p LOOP RAISE DEBUG 'seen %', one.ssn; END LOOP; END $$;
ALTER FUNCTION pub.check_all() OWNER TO owner1;

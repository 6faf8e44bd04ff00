-- A definer function that gives rows one by one, as they were found.
CREATE FUNCTION pub.persons() RETURNS SETOF cpd.person LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE one cpd.person%ROWTYPE;
BEGIN
  FOR one IN SELECT * FROM cpd.person LOOP RETURN NEXT one; END LOOP;
END $$;
ALTER FUNCTION pub.persons() OWNER TO owner1;

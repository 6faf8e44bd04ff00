-- A body in PL/pgSQL without dynamic SQL: a variable takes the row, and one field of it is returned.
CREATE FUNCTION pub.lookup(wanted integer DEFAULT 1) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE found_row cpd.person%ROWTYPE;
BEGIN
  SELECT * INTO found_row FROM cpd.person AS p WHERE p.id = coalesce(wanted, 1);
  RETURN found_row.name || ' ' || found_row.ssn;
END $$;
ALTER FUNCTION pub.lookup(integer) OWNER TO owner1;

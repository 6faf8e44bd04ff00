-- Definer functions that read the table and not the column: by name, through a row variable, by counting.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE FUNCTION pub.called(wanted integer) RETURNS SETOF varchar LANGUAGE plpgsql SECURITY DEFINER SET search_path = cpd, pg_temp AS
$$ DECLARE one record;
BEGIN
  FOR one IN SELECT * FROM person WHERE id = wanted LOOP RETURN NEXT one.name; END LOOP;
  RETURN QUERY SELECT p.name::varchar FROM cpd.person AS p WHERE p.district = wanted;
END $$;
CREATE FUNCTION pub.headcount() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM cpd.person WHERE district > 3';
ALTER FUNCTION pub.called(integer) OWNER TO owner1;
ALTER FUNCTION pub.headcount() OWNER TO owner1;

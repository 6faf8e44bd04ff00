-- A procedure that tells by RAISE.
CREATE PROCEDURE pub.tell() LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE INFO '%', (SELECT ssn FROM cpd.person WHERE id = 1); END $$;
ALTER PROCEDURE pub.tell() OWNER TO owner1;

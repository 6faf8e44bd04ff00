-- The check of a domain calls a definer function, which tells by RAISE.
CREATE SCHEMA closed;
CREATE FUNCTION closed.valid(integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE NOTICE '%', (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); RETURN true; END $$;
ALTER FUNCTION closed.valid(integer) OWNER TO owner1;
CREATE DOMAIN pub.number AS integer CHECK (closed.valid(VALUE));

-- EXECUTE on a definer trigger function is PUBLIC's by default: attached to a table of one's own it still runs as its owner.
CREATE FUNCTION pub.fill() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN NEW.line := (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); RETURN NEW; END $$;
ALTER FUNCTION pub.fill() OWNER TO owner1;

-- A definer function puts a text into a variable that holds a number: the error of the conversion quotes it.
CREATE FUNCTION pub.audit_codes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE code integer; BEGIN SELECT p.ssn INTO code FROM cpd.person AS p WHERE p.id = 1; END $$;
ALTER FUNCTION pub.audit_codes() OWNER TO owner1;

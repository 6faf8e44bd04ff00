-- Texts that stay texts, numbers that stay numbers, and a conversion whose error the function takes.
CREATE FUNCTION pub.audit_codes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE code text; many integer; place cpd.person.district%TYPE; BEGIN
  SELECT p.ssn, p.district INTO code, many FROM cpd.person AS p WHERE p.id = 1;
  SELECT count(*), max(p.district) INTO many, place FROM cpd.person AS p WHERE p.ssn <> '';
  BEGIN many := (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); EXCEPTION WHEN others THEN many := 0; END;
END $$;
ALTER FUNCTION pub.audit_codes() OWNER TO owner1;

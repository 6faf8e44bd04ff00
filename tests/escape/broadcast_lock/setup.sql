-- A definer function takes advisory locks whose numbers are the letters of the secret, and pg_locks shows them to everyone.
CREATE FUNCTION pub.lock_all() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN PERFORM pg_advisory_lock(n, ascii(substr(p.ssn, n, 1))) FROM cpd.person AS p, generate_series(1, 11) AS n WHERE p.id = 1; END $$;
ALTER FUNCTION pub.lock_all() OWNER TO owner1;

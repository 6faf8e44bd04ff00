-- Locks by what the caller gave, or by a hash; a setting and a comment that hold nothing of a row.
CREATE FUNCTION pub.touch(who integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE called text; BEGIN
  PERFORM pg_advisory_lock(who), set_config('cpd.who', session_user, false);
  PERFORM pg_advisory_lock(hashtext(p.ssn)) FROM cpd.person AS p WHERE p.id = who;
  COMMENT ON TABLE cpd.person IS 'touched';
END $$;
ALTER FUNCTION pub.touch(integer) OWNER TO owner1;

-- C19: the body of a function is readable by everyone, whoever may call it.
ALTER ROLE owner1 LOGIN PASSWORD 'ice';
CREATE FUNCTION cpd.nightly() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM public.dblink_connect('nightly', 'host=127.0.0.1 dbname=' || current_database() || ' user=owner1 password=ice');
END $$;
REVOKE EXECUTE ON FUNCTION cpd.nightly() FROM PUBLIC;

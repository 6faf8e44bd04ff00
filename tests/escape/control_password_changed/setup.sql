-- The password in the body is not the account's any more.
ALTER ROLE owner1 LOGIN PASSWORD 'another';
CREATE FUNCTION cpd.nightly() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM public.dblink_connect('nightly', 'host=127.0.0.1 dbname=' || current_database() || ' user=owner1 password=ice');
END $$;
REVOKE EXECUTE ON FUNCTION cpd.nightly() FROM PUBLIC;

-- A server that is kept for dblink alone: everyone may call dblink, and with the mapping it has a password.
CREATE EXTENSION dblink;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER dblink_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
ALTER ROLE owner1 LOGIN PASSWORD 'owner1';
CREATE USER MAPPING FOR PUBLIC SERVER loop OPTIONS (user 'owner1', password 'owner1');
GRANT USAGE ON FOREIGN SERVER loop TO ice;

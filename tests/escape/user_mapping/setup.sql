-- F02, open: who may use a server whose mapping has a password makes foreign tables of its own.
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
ALTER ROLE owner1 LOGIN PASSWORD 'owner1';
CREATE USER MAPPING FOR PUBLIC SERVER loop OPTIONS (user 'owner1', password 'owner1');
GRANT USAGE ON FOREIGN SERVER loop TO ice;

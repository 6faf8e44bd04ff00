-- F02 again: a mapping of one's own with a password that one does not know.
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
ALTER ROLE owner1 LOGIN PASSWORD 'owner1';
GRANT USAGE ON FOREIGN SERVER loop TO ice;
SET ROLE ice;
CREATE USER MAPPING FOR ice SERVER loop OPTIONS (user 'owner1', password 'guessed');
RESET ROLE;

-- F02: a mapping of one's own, without a secret, where the server would let the account in: a secret must be used.
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
CREATE ROLE trusted LOGIN;
GRANT SELECT ON cpd.person TO trusted;
GRANT USAGE ON FOREIGN SERVER loop TO ice;
CREATE EXTENSION dblink;
SET ROLE ice;
CREATE USER MAPPING FOR ice SERVER loop OPTIONS (user 'trusted', password 'guessed');
RESET ROLE;

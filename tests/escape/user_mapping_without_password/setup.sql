-- The same, but the mapping says that no secret is needed.
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
CREATE ROLE trusted LOGIN;
GRANT SELECT ON cpd.person TO trusted;
GRANT USAGE ON FOREIGN SERVER loop TO ice;
CREATE USER MAPPING FOR ice SERVER loop OPTIONS (user 'trusted', password_required 'false');

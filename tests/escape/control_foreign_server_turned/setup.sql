-- ice owns a foreign server whose mapping asks for a password that it lacks, and one by which an account arrives that reads nothing.
CREATE EXTENSION postgres_fdw;
CREATE ROLE trusted LOGIN;
DO $$ BEGIN EXECUTE format('CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
  '127.0.0.1', current_setting('port'), 'postgres');
EXECUTE format('CREATE SERVER asking FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
  '127.0.0.1', current_setting('port'), 'postgres'); END $$;
CREATE USER MAPPING FOR ice SERVER other OPTIONS (user 'trusted', password_required 'false');
ALTER ROLE owner1 LOGIN PASSWORD 'x';
CREATE USER MAPPING FOR ice SERVER asking OPTIONS (user 'owner1');
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO ice;
ALTER SERVER other OWNER TO ice;
ALTER SERVER asking OWNER TO ice;

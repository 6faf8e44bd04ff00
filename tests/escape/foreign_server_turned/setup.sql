-- ice owns a foreign server that leads to another database by a mapping without a password: it turns it to this one.
CREATE EXTENSION postgres_fdw;
CREATE ROLE trusted LOGIN;
GRANT SELECT ON cpd.person TO trusted;
DO $$ BEGIN EXECUTE format('CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
  '127.0.0.1', current_setting('port'), 'postgres'); END $$;
CREATE USER MAPPING FOR ice SERVER other OPTIONS (user 'trusted', password_required 'false');
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO ice;
ALTER SERVER other OWNER TO ice;

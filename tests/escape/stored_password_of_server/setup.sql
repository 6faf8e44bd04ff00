-- ice owns a foreign server, and so is shown the password in its mapping for PUBLIC, which leads to another server's database.
CREATE EXTENSION dblink;
ALTER ROLE owner1 LOGIN PASSWORD 'SECRET-4711';
DO $$ BEGIN EXECUTE format('CREATE SERVER other FOREIGN DATA WRAPPER dblink_fdw OPTIONS (host %L, port %L, dbname %L)',
  'localhost', current_setting('port'), 'postgres'); END $$;
CREATE USER MAPPING FOR PUBLIC SERVER other OPTIONS (user 'owner1', password 'SECRET-4711');
ALTER SERVER other OWNER TO ice;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;

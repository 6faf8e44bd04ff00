-- ice owns a foreign table onto another relation: it needs neither USAGE on the server nor a place for tables to retarget it.
CREATE EXTENSION postgres_fdw;
CREATE ROLE trusted LOGIN;
GRANT SELECT ON cpd.person TO trusted;
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
  '127.0.0.1', current_setting('port'), current_database()); END $$;
CREATE USER MAPPING FOR ice SERVER loop OPTIONS (user 'trusted', password_required 'false');
CREATE FOREIGN TABLE pub.districts (district integer) SERVER loop OPTIONS (schema_name 'pub', table_name 'district');
ALTER FOREIGN TABLE pub.districts OWNER TO ice;

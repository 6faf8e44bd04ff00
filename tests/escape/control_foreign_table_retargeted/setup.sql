-- ice owns a foreign table whose mapping asks for a password that it lacks, and one by which an account arrives that reads nothing.
CREATE EXTENSION postgres_fdw;
CREATE ROLE trusted LOGIN;
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
  '127.0.0.1', current_setting('port'), current_database());
EXECUTE format('CREATE SERVER asking FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
  '127.0.0.1', current_setting('port'), current_database()); END $$;
CREATE USER MAPPING FOR ice SERVER loop OPTIONS (user 'trusted', password_required 'false');
ALTER ROLE owner1 LOGIN PASSWORD 'x';
CREATE USER MAPPING FOR ice SERVER asking OPTIONS (user 'owner1');
CREATE FOREIGN TABLE pub.districts (district integer) SERVER loop OPTIONS (schema_name 'pub', table_name 'district');
CREATE FOREIGN TABLE pub.asked (district integer) SERVER asking OPTIONS (schema_name 'pub', table_name 'district');
ALTER FOREIGN TABLE pub.districts OWNER TO ice;
ALTER FOREIGN TABLE pub.asked OWNER TO ice;

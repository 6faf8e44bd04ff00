-- The mapping leads to an account that may not read the table.
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
CREATE ROLE weak LOGIN PASSWORD 'weak';
CREATE USER MAPPING FOR PUBLIC SERVER loop OPTIONS (user 'weak', password 'weak');
CREATE FOREIGN TABLE pub.everyone (id integer, number text OPTIONS (column_name 'ssn')) SERVER loop
  OPTIONS (schema_name 'cpd', table_name 'person');
GRANT SELECT ON pub.everyone TO ice;
GRANT USAGE ON FOREIGN SERVER loop TO ice;

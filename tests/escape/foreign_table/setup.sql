-- F01: a foreign table that leads back into this server, as whoever the mapping for PUBLIC names.
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
ALTER ROLE owner1 LOGIN PASSWORD 'owner1';
CREATE USER MAPPING FOR PUBLIC SERVER loop OPTIONS (user 'owner1', password 'owner1');
CREATE FOREIGN TABLE pub.everyone (id integer, number text OPTIONS (column_name 'ssn')) SERVER loop
  OPTIONS (schema_name 'cpd', table_name 'person');
GRANT SELECT ON pub.everyone TO ice;

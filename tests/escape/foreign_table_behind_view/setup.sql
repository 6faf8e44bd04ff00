-- A view over a foreign table arrives by the user mapping of its owner.
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
ALTER ROLE owner1 LOGIN PASSWORD 'owner1';
CREATE ROLE keeper;
CREATE USER MAPPING FOR keeper SERVER loop OPTIONS (user 'owner1', password 'owner1');
CREATE FOREIGN TABLE pub.everyone (id integer, number text OPTIONS (column_name 'ssn')) SERVER loop
  OPTIONS (schema_name 'cpd', table_name 'person');
ALTER FOREIGN TABLE pub.everyone OWNER TO keeper;
CREATE VIEW pub.v AS SELECT id, number FROM pub.everyone;
ALTER VIEW pub.v OWNER TO keeper;
GRANT SELECT ON pub.v TO ice;

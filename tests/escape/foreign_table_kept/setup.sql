-- A materialized view of a foreign table was filled by the user mapping of its owner.
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
ALTER ROLE owner1 LOGIN PASSWORD 'owner1';
CREATE ROLE keeper;
GRANT CREATE ON SCHEMA pub TO keeper;
CREATE USER MAPPING FOR keeper SERVER loop OPTIONS (user 'owner1', password 'owner1');
CREATE FOREIGN TABLE pub.everyone (id integer, number text OPTIONS (column_name 'ssn')) SERVER loop
  OPTIONS (schema_name 'cpd', table_name 'person');
ALTER FOREIGN TABLE pub.everyone OWNER TO keeper;
CREATE MATERIALIZED VIEW pub.m AS SELECT id, number FROM pub.everyone WITH NO DATA;
ALTER MATERIALIZED VIEW pub.m OWNER TO keeper;
GRANT SELECT ON pub.m TO ice;
COMMIT;  -- or the other connection does not see the password
REFRESH MATERIALIZED VIEW pub.m;

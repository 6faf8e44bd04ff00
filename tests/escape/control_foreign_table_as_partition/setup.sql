-- The same partition, with a mapping for another: whoever asks has none.
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), current_database()); END $$;
ALTER ROLE owner1 LOGIN PASSWORD 'owner1';
CREATE TABLE pub.everyone (id integer, number text) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE pub.part (id integer, number text OPTIONS (column_name 'ssn')) SERVER loop
  OPTIONS (schema_name 'cpd', table_name 'person');
ALTER TABLE pub.everyone ATTACH PARTITION pub.part FOR VALUES FROM (1) TO (101);
CREATE USER MAPPING FOR owner1 SERVER loop OPTIONS (user 'owner1', password 'owner1');
GRANT SELECT ON pub.everyone TO ice;

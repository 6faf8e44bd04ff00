DO $$ BEGIN EXECUTE format('ALTER SERVER other OPTIONS (SET dbname %L)', current_database()); END $$;
CREATE FOREIGN TABLE pg_temp.person (ssn text) SERVER other OPTIONS (schema_name 'cpd', table_name 'person');
SELECT ssn FROM pg_temp.person;

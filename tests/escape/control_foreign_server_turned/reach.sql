DO $$ BEGIN EXECUTE format('ALTER SERVER other OPTIONS (SET dbname %L)', current_database());
EXECUTE format('ALTER SERVER asking OPTIONS (SET dbname %L)', current_database()); END $$;
CREATE FOREIGN TABLE pg_temp.person (ssn text) SERVER other OPTIONS (schema_name 'cpd', table_name 'person');
SELECT ssn FROM pg_temp.person;
CREATE FOREIGN TABLE pg_temp.asked (ssn text) SERVER asking OPTIONS (schema_name 'cpd', table_name 'person');
SELECT ssn FROM pg_temp.asked;

CREATE SCHEMA cpd;
CREATE TABLE cpd.person (id integer, name text, ssn text, immigration text, district integer);
DO $$ BEGIN EXECUTE format(
  'CREATE SUBSCRIPTION follows CONNECTION %L PUBLICATION everyone WITH (create_slot = false, enabled = false, copy_data = false)',
  format('host=127.0.0.1 port=%s dbname=%s user=feeder password=feeder', current_setting('port'),
         (SELECT datname FROM pg_database WHERE datname ~ '^t_'))); END $$;
INSERT INTO cpd.person VALUES (1, 'name 1', 'SECRET-4711', 'none', 1);  -- what its first copy would have brought
GRANT USAGE ON SCHEMA cpd TO PUBLIC;
GRANT SELECT ON cpd.person TO ice;

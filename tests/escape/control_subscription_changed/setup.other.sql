CREATE SCHEMA pub;
CREATE SCHEMA cpd;
CREATE TABLE pub.district (id integer);
CREATE TABLE cpd.person (id integer, name text, ssn text, immigration text, district integer);
DO $$ BEGIN EXECUTE format(
  'CREATE SUBSCRIPTION follows CONNECTION %L PUBLICATION districts WITH (create_slot = false, enabled = false, copy_data = false)',
  format('host=127.0.0.1 port=%s dbname=%s user=feeder password=ice', current_setting('port'),
         (SELECT datname FROM pg_database WHERE datname ~ '^t_'))); END $$;
GRANT CREATE ON DATABASE other TO ice;
GRANT pg_create_subscription TO ice;
ALTER SUBSCRIPTION follows OWNER TO ice;

-- The connection string of a subscription holds a password; its column is closed to everyone but superusers.
ALTER ROLE owner1 LOGIN PASSWORD 'ice';
SET client_min_messages = error;
DO $$ BEGIN EXECUTE format('CREATE SUBSCRIPTION follows CONNECTION %L PUBLICATION p WITH (connect = false)',
  format('host=127.0.0.1 port=%s dbname=%s user=owner1 password=ice', current_setting('port'), current_database())); END $$;
GRANT SELECT ON pg_subscription TO ice;

-- Who may see what subscriptions there are does not see their connection strings.
ALTER ROLE owner1 LOGIN PASSWORD 'ice';
SET client_min_messages = error;
DO $$ BEGIN EXECUTE format('CREATE SUBSCRIPTION follows CONNECTION %L PUBLICATION p WITH (connect = false)',
  format('host=127.0.0.1 port=%s dbname=%s user=owner1 password=ice', current_setting('port'), current_database())); END $$;

-- A setting of the database holds a connection string; settings are readable by everyone, in the catalog and by SHOW.
ALTER ROLE owner1 LOGIN PASSWORD 'ice';
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET report.source = %L', current_database(), 'postgresql://owner1:ice@127.0.0.1/'); END $$;

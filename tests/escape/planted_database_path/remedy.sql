DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO postgres', current_database());
EXECUTE format('ALTER DATABASE %I RESET search_path', current_database()); END $$;
DO $$ BEGIN EXECUTE format('ALTER ROLE postgres IN DATABASE %I RESET search_path', current_database()); END $$;
DROP SCHEMA IF EXISTS mine CASCADE;

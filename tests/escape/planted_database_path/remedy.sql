DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO postgres', current_database());
EXECUTE format('ALTER DATABASE %I RESET search_path', current_database()); END $$;
ALTER ROLE postgres RESET search_path;
DROP SCHEMA IF EXISTS mine CASCADE;

REVOKE SELECT ON cpd.person FROM pg_database_owner;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO postgres', current_database()); END $$;

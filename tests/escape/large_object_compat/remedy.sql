DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET lo_compat_privileges', current_database()); END $$;

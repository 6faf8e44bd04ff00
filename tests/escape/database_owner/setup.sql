-- The owner of the database is a member of pg_database_owner, and no catalog row says so.
GRANT SELECT ON cpd.person TO pg_database_owner;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO ice', current_database()); END $$;

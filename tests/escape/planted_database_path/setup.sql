-- ice owns the database and sets its search_path: every account without a path of its own looks into a schema of ice first.
CREATE ROLE app LOGIN;
GRANT SELECT ON cpd.person TO app;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO ice', current_database()); END $$;
DO $$ BEGIN -- the superuser has a path of its own
EXECUTE format('ALTER ROLE postgres IN DATABASE %I SET search_path = pg_catalog', current_database()); END $$;

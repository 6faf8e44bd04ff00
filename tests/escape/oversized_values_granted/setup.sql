-- The side table that holds oversized values was granted by itself.
ALTER TABLE cpd.person ALTER ssn SET STORAGE EXTERNAL;
UPDATE cpd.person SET ssn = 'SECRET-4711' || repeat('x', 9000) WHERE id = 1;
DO $$ BEGIN EXECUTE format('GRANT SELECT ON %s TO ice', (SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'cpd.person'::regclass)); END $$;
GRANT USAGE ON SCHEMA pg_toast TO ice;

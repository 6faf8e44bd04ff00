-- G06: the view over extended statistics as it was before the repair of CVE-2024-4317, which an upgrade does not bring.
UPDATE cpd.person SET ssn = 'SECRET-4711', name = 'one' WHERE id < 50;
CREATE STATISTICS cpd.both_names (mcv) ON name, ssn FROM cpd.person;
ANALYZE cpd.person;
SET allow_system_table_mods = on;
DO $$ BEGIN
  EXECUTE 'CREATE OR REPLACE VIEW pg_catalog.pg_stats_ext WITH (security_barrier) AS '
    || regexp_replace(pg_get_viewdef('pg_catalog.pg_stats_ext'::regclass), 'pg_has_role\([^)]*\)', 'true');
END $$;

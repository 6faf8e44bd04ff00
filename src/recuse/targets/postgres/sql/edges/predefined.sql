-- predefined roles: pg_read_all_data reads every relation and uses every schema (row policies still bind it, but not in
-- the side tables that hold oversized values); pg_write_all_data changes every table. pg_monitor holds pg_read_all_stats. All
-- others show no rows: pg_stat_scan_tables counts, pg_maintain runs as owners without telling, pg_signal_backend only ends.
SELECT 'role:pg_read_all_data' AS source, node AS target, 'predefined role' AS kind,
       'pg_read_all_data reads every table' AS reason, NULL AS attempt, NULL AS identity
FROM relation
UNION ALL
SELECT 'role:pg_write_all_data', p.privilege || ':' || name, 'predefined role',
       'pg_write_all_data changes every table',
       CASE p.privilege WHEN 'insert' THEN format('INSERT INTO %s DEFAULT VALUES', name)
                        WHEN 'delete' THEN format('DELETE FROM %s', name) END, NULL
FROM relation, unnest(ARRAY['insert', 'update', 'delete']) AS p (privilege)
WHERE relkind <> 'm'
UNION ALL
SELECT 'role:pg_read_all_data', 'toast:' || t.oid::regclass, 'predefined role',
       'pg_read_all_data reads the side tables that hold oversized values', NULL, NULL
FROM relation AS r JOIN pg_class AS t ON t.oid = r.reltoastrelid
WHERE r.relrowsecurity AND pg_relation_size(t.oid) > 0
UNION ALL
SELECT 'toast:' || t.oid::regclass, 'part:' || r.name || '.' || quote_ident(a.attname), 'oversized values',
       format('oversized values of %s lie in %s, which has no row policy', r.name, t.oid::regclass),
       format('SELECT chunk_data FROM %s LIMIT 1', t.oid::regclass), ''
FROM relation AS r
JOIN pg_class AS t ON t.oid = r.reltoastrelid
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attstorage <> 'p'
WHERE r.relrowsecurity AND pg_relation_size(t.oid) > 0
UNION ALL
SELECT 'role:pg_read_all_stats', 'activity:', 'predefined role',
       'pg_read_all_stats sees the statements that other sessions run, with the values in them', NULL, NULL
UNION ALL
SELECT 'role:pg_read_all_settings', 'settings:', 'predefined role',
       'pg_read_all_settings reads settings that hold passwords of other servers, such as primary_conninfo', NULL, NULL
UNION ALL
SELECT node, 'vendor:', 'predefined role', format('%I is the administrator that a vendor makes', rolname), NULL, NULL
FROM role
WHERE NOT rolsuper AND rolname IN (
  'rds_superuser', 'rdsadmin', 'cloudsqlsuperuser', 'cloudsqladmin', 'alloydbsuperuser', 'azure_pg_admin', 'azuresu',
  'supabase_admin', 'neon_superuser', 'doadmin', 'avnadmin', 'polar_superuser')

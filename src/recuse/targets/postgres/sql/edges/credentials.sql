-- credentials: who can read the verifiers of passwords: an MD5 one logs in as it is, a SCRAM one can be tried against guesses.
SELECT c.node || '.' || c.name AS source, 'verifiers:' AS target, 'verifiers' AS kind, format('%s holds the verifiers of passwords', c.relation) AS reason
FROM (VALUES ('column:pg_catalog.pg_authid', 'rolpassword', 'pg_authid'),
             ('column:pg_catalog.pg_shadow', 'passwd', 'pg_shadow')) AS c (node, name, relation)
UNION ALL
SELECT 'role:pg_read_all_settings', 'settings:', 'predefined role',
       'pg_read_all_settings reads settings that hold passwords of other servers, such as primary_conninfo'
UNION ALL
SELECT 'role:' || r.rolname, 'vendor:', 'predefined role', format('%I is the administrator that a vendor makes', r.rolname)
FROM role AS r
WHERE NOT r.rolsuper AND r.rolname IN (
  'rds_superuser', 'rdsadmin', 'cloudsqlsuperuser', 'cloudsqladmin', 'alloydbsuperuser', 'azure_pg_admin', 'azuresu',
  'supabase_admin', 'neon_superuser', 'doadmin', 'avnadmin', 'polar_superuser')

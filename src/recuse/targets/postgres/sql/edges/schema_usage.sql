-- schemas: USAGE, without which nothing in a schema can be named. `usage:S` says that a role has it; `schema:S` that the
-- session has it through any role: a statement prepared in a role that has USAGE can be executed in another.
SELECT held.source, node.prefix || quote_ident(held.nspname) AS target, held.kind, held.reason, held.attempt, node.identity
FROM (
  SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source, n.nspname,
         CASE a.grantee WHEN n.nspowner THEN 'ownership' ELSE 'grant USAGE' END AS kind,
         CASE a.grantee WHEN n.nspowner THEN format('%I owns schema %I', pg_get_userbyid(n.nspowner), n.nspname)
              ELSE format('%I granted USAGE on schema %I', pg_get_userbyid(a.grantor), n.nspname) END AS reason,
         NULL AS attempt
  FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
  WHERE a.privilege_type = 'USAGE'
  UNION ALL
  SELECT 'role:' || pg_get_userbyid(n.nspowner), n.nspname, 'ownership',
         format('%I owns schema %I and can grant itself USAGE', pg_get_userbyid(n.nspowner), n.nspname),
         format('GRANT USAGE ON SCHEMA %I TO %I', n.nspname, pg_get_userbyid(n.nspowner))
  FROM pg_namespace AS n
  WHERE NOT EXISTS (
    SELECT FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
    WHERE a.grantee = n.nspowner AND a.privilege_type = 'USAGE')
  UNION ALL
  SELECT p.source, n.nspname, p.kind, p.reason, NULL
  FROM pg_namespace AS n
  CROSS JOIN (VALUES
    ('superuser:', 'superuser', 'a superuser may use every schema'),
    ('role:pg_read_all_data', 'predefined role', 'pg_read_all_data may use every schema'),
    ('role:pg_write_all_data', 'predefined role', 'pg_write_all_data may use every schema')) AS p (source, kind, reason)
) AS held
CROSS JOIN (VALUES ('schema:', ''), ('usage:', NULL)) AS node (prefix, identity)
WHERE held.nspname !~ '^pg_(toast|temp)'

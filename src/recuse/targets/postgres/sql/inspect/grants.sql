-- Every privilege on every schema, relation, column and function of users, by grantee and grantor; the owner's own left out.
-- A missing ACL means the built-in default (for a function: EXECUTE to PUBLIC).
WITH relation AS (
  SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
         ARRAY[n.nspname, c.relname]::text[] AS name, c.relowner AS owner, c.oid,
         coalesce(c.relacl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), object AS (
  SELECT kind, name, owner, acl FROM relation
  UNION ALL
  SELECT 'column', r.name || a.attname::text, r.owner, a.attacl
  FROM relation r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
  WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attacl IS NOT NULL
  UNION ALL
  SELECT 'schema', ARRAY[n.nspname]::text[], n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
  FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'function',
         ARRAY[n.nspname::text, p.proname::text,
               (SELECT coalesce(string_agg(pg_catalog.format_type(t.type, NULL), ', ' ORDER BY t.n), '')
                FROM unnest(p.proargtypes) WITH ORDINALITY t (type, n))],
         p.proowner, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
)
SELECT o.kind, o.name, x.privilege_type, CASE x.grantee WHEN 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(x.grantee) END::text,
       pg_catalog.pg_get_userbyid(x.grantor)::text, x.is_grantable
FROM object o CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) x
WHERE x.grantee <> o.owner;

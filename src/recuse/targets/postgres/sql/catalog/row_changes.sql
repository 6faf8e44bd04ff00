-- row changes: how columns that a row policy asks about in the row itself are changed: by a grant (`direct`, under the row policies of
-- UPDATE), by what a foreign key does, through a view with the rights of an owner whom no row policy binds. `given` is what they become:
-- `null`, `=` and a constant, or whatever the caller says.
, asked AS (
  SELECT DISTINCT r.oid, r.name, r.schema, r.relowner, r.relforcerowsecurity, a.attnum, a.attname
  FROM pg_policy AS p
  JOIN pg_depend AS d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
                         AND d.refobjid = p.polrelid AND d.refobjsubid > 0
  JOIN relation AS r ON r.oid = p.polrelid AND r.relrowsecurity
  JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = d.refobjsubid
  WHERE p.polcmd IN ('*', 'r')
)
SELECT CASE g.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(g.grantee) END AS source, q.name AS table, q.attname AS column,
       '' AS given, true AS direct, g.kind, format('%I granted UPDATE on %s', pg_get_userbyid(g.grantor), g.what) AS reason, q.schema AS usage,
       format('UPDATE %s SET %I = ', q.name, q.attname) AS attempt
FROM asked AS q
CROSS JOIN LATERAL (
  SELECT x.grantee, x.grantor, 'grant UPDATE' AS kind, q.name AS what
  FROM pg_class AS c, aclexplode(c.relacl) AS x WHERE c.oid = q.oid AND x.privilege_type = 'UPDATE' AND x.grantee <> c.relowner
  UNION ALL
  SELECT x.grantee, x.grantor, 'grant UPDATE (column)', format('%s.%I', q.name, q.attname)
  FROM pg_attribute AS a, aclexplode(a.attacl) AS x WHERE a.attrelid = q.oid AND a.attnum = q.attnum AND x.privilege_type = 'UPDATE'
) AS g
UNION ALL
SELECT w.event || ':' || p.name, q.name, q.attname,
       CASE w.action WHEN 'n' THEN 'null' WHEN 'c' THEN ''
                     ELSE coalesce((SELECT '=' || coalesce(substring(t.text FROM '^''(.*)''(::|$)'), substring(t.text FROM '^[0-9.]+$'), t.text)
                                    FROM pg_attrdef AS f, pg_get_expr(f.adbin, f.adrelid) AS t (text)
                                    WHERE f.adrelid = q.oid AND f.adnum = q.attnum), 'null') END,
       false, 'foreign key action', format('%s from %s changes %s as its owner %I, by the foreign key %I', w.event, p.name, q.name,
                                           pg_get_userbyid(q.relowner), k.conname), NULL,
       CASE w.event WHEN 'delete' THEN format('DELETE FROM %s', p.name) ELSE format('UPDATE %s SET %I = ', p.name, s.attname) END
FROM asked AS q
JOIN pg_constraint AS k ON k.conrelid = q.oid AND k.contype = 'f'
CROSS JOIN LATERAL (VALUES ('delete', k.confdeltype), ('update', k.confupdtype)) AS w (event, action)
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS c (number, other)
JOIN relation AS p ON p.oid = k.confrelid
JOIN pg_attribute AS s ON s.attrelid = p.oid AND s.attnum = c.other
WHERE c.number = q.attnum AND (w.action IN ('n', 'd') OR (w.event, w.action) = ('update', 'c'))
UNION ALL
SELECT DISTINCT 'update:' || v.name, q.name, q.attname, '', false, 'updatable view',
       format('%s changes %s with the rights of its owner %I', v.name, q.name, o.rolname), NULL, format('UPDATE %s SET %I = ', v.name, q.attname)
FROM asked AS q
JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = q.oid AND d.refobjsubid = q.attnum
JOIN pg_rewrite AS w ON w.oid = d.objid AND w.ev_type = '1'
JOIN relation AS v ON v.oid = w.ev_class AND v.relkind = 'v' AND NOT coalesce(v.reloptions::text ~ 'security_invoker=(true|on|1)', false)
JOIN role AS o ON o.oid = v.relowner
JOIN pg_attribute AS a ON a.attrelid = v.oid AND a.attname = q.attname
WHERE pg_column_is_updatable(v.oid, a.attnum, false) AND has_column_privilege(v.relowner, q.oid, q.attnum, 'UPDATE')
  AND (o.rolsuper OR o.rolbypassrls OR NOT q.relforcerowsecurity AND pg_has_role(v.relowner, q.relowner, 'USAGE'))

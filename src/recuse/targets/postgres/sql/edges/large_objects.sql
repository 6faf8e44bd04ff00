-- large objects: they have owners and grants of their own. What a table's owner keeps in them is taken for what the table's columns
-- of type oid refer to; the numbers of large objects are readable by everyone.
, object AS (
  SELECT m.oid, pg_get_userbyid(m.lomowner) AS owner, m.lomowner, m.lomacl FROM pg_largeobject_metadata AS m
), opened AS (
  SELECT s.setrole FROM pg_db_role_setting AS s, unnest(s.setconfig) AS c (setting)
  WHERE c.setting ~* '^lo_compat_privileges=(on|true|yes|1)$'
    AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  UNION
  SELECT 0 WHERE current_setting('lo_compat_privileges') = 'on'
)
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       'large-objects:' || o.owner AS target, 'large object' AS kind,
       format('%s of the large objects of %I %s granted to %s', count(*), o.owner, CASE count(*) WHEN 1 THEN 'is' ELSE 'are' END,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS reason,
       format('SELECT lo_get(%s)', min(o.oid)) AS attempt, '' AS identity, NULL AS chosen,
       CASE WHEN bool_and(a.grantor = o.lomowner AND NOT a.is_grantable) THEN
         ARRAY['grant', 'large objects', 'SELECT', CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, o.owner, 'false']
         || array_agg(o.oid::text ORDER BY o.oid) END AS ends
FROM object AS o, aclexplode(o.lomacl) AS a
WHERE a.privilege_type = 'SELECT' AND a.grantee <> o.lomowner
GROUP BY a.grantee, o.owner
UNION ALL
SELECT 'role:' || o.owner, 'large-objects:' || o.owner, 'large object',
       format('%I owns %s large object%s', o.owner, count(*), CASE count(*) WHEN 1 THEN '' ELSE 's' END),
       format('SELECT lo_get(%s)', min(o.oid)), '', NULL, NULL
FROM object AS o GROUP BY o.owner
UNION ALL
SELECT CASE p.setrole WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(p.setrole) END, 'large-objects:' || o.owner,
       'large object', 'lo_compat_privileges is on: grants on large objects are not asked',
       format('SELECT lo_get(%s)', min(o.oid)), '', 'SET lo_compat_privileges = on', NULL
FROM opened AS p, object AS o GROUP BY p.setrole, o.owner
UNION ALL
SELECT 'table:pg_catalog.pg_largeobject', 'large-objects:' || o.owner, 'large object', 'pg_largeobject holds their bytes',
       format('SELECT data FROM pg_catalog.pg_largeobject WHERE loid = %s', min(o.oid)), '', NULL, NULL
FROM object AS o GROUP BY o.owner
UNION ALL
SELECT 'column:pg_catalog.pg_largeobject.data', 'large-objects:' || o.owner, 'large object', 'pg_largeobject holds their bytes', NULL, '', NULL, NULL
FROM object AS o GROUP BY o.owner
UNION ALL
SELECT 'large-objects:' || pg_get_userbyid(r.relowner), 'part:' || r.name || '.' || quote_ident(a.attname), 'large object',
       format('%s.%I refers to large objects of %I', r.name, a.attname, pg_get_userbyid(r.relowner)), NULL, '', NULL, NULL
FROM relation AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
WHERE r.oid >= 16384 AND r.relkind IN ('r', 'p') AND (t.oid = 'oid'::regtype OR t.typbasetype = 'oid'::regtype)
  AND EXISTS (SELECT FROM object AS o WHERE o.lomowner = r.relowner)

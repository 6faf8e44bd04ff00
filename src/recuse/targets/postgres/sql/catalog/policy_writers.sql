-- policy writers: who may write the tables that row policies (or functions that they call) may look into, other than by a grant on the
-- whole table: the owner, and who was granted UPDATE on a column that a row policy names.
SELECT 'role:' || pg_get_userbyid(r.relowner) AS source, r.name AS table, 'owning' AS means, 'ownership' AS kind,
       format('%I owns %s', pg_get_userbyid(r.relowner), r.name) AS reason, r.schema AS usage
FROM relation AS r WHERE r.relkind IN ('r', 'p') AND r.oid >= 16384
UNION ALL
SELECT CASE g.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(g.grantee) END, r.name, 'amend',
       'grant UPDATE (column)', format('%I granted UPDATE on %s.%I', pg_get_userbyid(g.grantor), r.name, a.attname), r.schema
FROM relation AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN aclexplode(a.attacl) AS g
WHERE r.relkind IN ('r', 'p') AND g.privilege_type = 'UPDATE' AND EXISTS (
  SELECT FROM pg_depend AS d
  WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = r.oid
    AND d.refobjsubid = a.attnum AND NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.oid = d.objid AND p.polrelid = r.oid))

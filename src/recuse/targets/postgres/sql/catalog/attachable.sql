-- attachable: relations that others than the owner may change, and those on which others hold TRIGGER: whoever may attach triggers
-- there (`trigger:T`) runs code as each role that may change them.
SELECT r.oid AS relation, r.name AS relation_name, u.action, u.role
FROM relation AS r
CROSS JOIN LATERAL (
  SELECT DISTINCT ON (g.rolname) lower(a.privilege_type) AS action, g.rolname AS role
  FROM aclexplode(r.relacl) AS a JOIN role AS g ON g.oid = a.grantee
  WHERE a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE')
  ORDER BY g.rolname, a.privilege_type DESC
) AS u
WHERE r.relkind IN ('r', 'p') AND r.relacl IS NOT NULL

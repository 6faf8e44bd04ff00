-- attachable: relations on which somebody but the owner holds TRIGGER, with the roles that may change them.
SELECT r.oid AS relation, r.name AS relation_name, u.action, u.role
FROM relation AS r
CROSS JOIN LATERAL (
  SELECT DISTINCT ON (g.rolname) lower(a.privilege_type) AS action, g.rolname AS role
  FROM aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) AS a JOIN role AS g ON g.oid = a.grantee
  WHERE a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE')
  ORDER BY g.rolname, a.privilege_type DESC
) AS u
WHERE EXISTS (SELECT FROM aclexplode(r.relacl) AS t WHERE t.privilege_type = 'TRIGGER' AND t.grantee <> r.relowner)

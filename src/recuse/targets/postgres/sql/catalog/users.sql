-- users: who is granted what on a relation, and as whom it is maintained, which is its owner; superusers need no grant.
SELECT r.oid AS relation, lower(a.privilege_type) AS action, g.rolname AS role
FROM relation AS r
CROSS JOIN aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) AS a
JOIN role AS g ON g.oid = a.grantee
WHERE a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
UNION
SELECT r.oid, 'maintain', o.rolname FROM relation AS r JOIN role AS o ON o.oid = r.relowner WHERE r.relkind IN ('r', 'p', 'm')

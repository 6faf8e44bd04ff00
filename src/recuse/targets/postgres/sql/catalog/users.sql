-- users: who is granted what on a relation, also by its columns, a parent or a view, and as whom it is maintained, which is its owner;
-- superusers need no grant.
SELECT * FROM (
SELECT DISTINCT ON (d.relation, d.action, g.rolname) d.relation, d.action, g.rolname AS role, d.attempt
FROM doing AS d JOIN relation AS r ON r.oid = d.relation JOIN role AS g ON g.oid = d.grantee
ORDER BY d.relation, d.action, g.rolname, d.attempt NULLS FIRST
) AS granted
UNION ALL
SELECT r.oid, 'maintain', o.rolname, NULL FROM relation AS r JOIN role AS o ON o.oid = r.relowner WHERE r.relkind IN ('r', 'p', 'm')

-- attachable: relations that others than the owner may change, also through a parent or a view, and those on which others hold
-- TRIGGER: whoever may attach triggers there (`trigger:T`) runs code as each role that may change them.
SELECT r.oid AS relation, r.name AS relation_name, u.action, u.role, u.attempt
FROM relation AS r
JOIN (
  SELECT DISTINCT ON (d.relation, g.rolname) d.relation, d.action, g.rolname AS role, g.oid AS grantee, d.attempt
  FROM doing AS d JOIN role AS g ON g.oid = d.grantee
  WHERE d.action IN ('insert', 'update', 'delete')
  ORDER BY d.relation, g.rolname, d.attempt NULLS FIRST, d.action DESC
) AS u ON u.relation = r.oid
WHERE r.relkind IN ('r', 'p', 'v', 'f') AND (r.relacl IS NOT NULL OR u.grantee <> r.relowner)

-- owned: relations of roles that are no superusers, with whom else they are granted to: an owner decides what code runs for a reader,
-- in a row policy or in the query of a view. A row policy does not bind who has BYPASSRLS. One relation for each owner and reader will do.
SELECT r.oid AS relation, r.name, o.rolname AS owner, NULL AS reader, NULL AS attempt
FROM relation AS r JOIN role AS o ON o.oid = r.relowner AND NOT o.rolsuper
WHERE r.relkind IN ('r', 'p', 'v') AND r.oid >= 16384
UNION ALL
SELECT * FROM (
  SELECT DISTINCT ON (o.rolname, g.rolname) r.oid, r.name, o.rolname, g.rolname, d.attempt
  FROM relation AS r
  JOIN role AS o ON o.oid = r.relowner AND NOT o.rolsuper
  JOIN doing AS d ON d.relation = r.oid AND d.action = 'select'
  JOIN role AS g ON g.oid = d.grantee AND g.oid <> o.oid AND NOT g.rolsuper
  WHERE r.relkind IN ('r', 'p', 'v') AND r.oid >= 16384 AND (r.relkind = 'v' OR NOT g.rolbypassrls)
  ORDER BY o.rolname, g.rolname, d.attempt NULLS FIRST, r.name
) AS granted

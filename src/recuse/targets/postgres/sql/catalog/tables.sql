-- tables: each table by its name as it is stored, and as SQL asks for it. A view of one table stands for that table: what lies there
-- decides what the view shows.
, under (view, relation) AS (
  SELECT DISTINCT w.ev_class, d.refobjid
  FROM pg_rewrite AS w
  JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
  WHERE w.ev_type = '1'
), behind (view, relation) AS (
  SELECT view, relation FROM under
  UNION
  SELECT b.view, u.relation FROM behind AS b JOIN under AS u ON u.view = b.relation
), alone AS (
  SELECT b.view, min(b.relation) AS relation
  FROM behind AS b JOIN relation AS r ON r.oid = b.relation AND r.relkind IN ('r', 'p') AND r.oid >= 16384
  GROUP BY b.view HAVING count(*) = 1
)
SELECT r.nspname AS schema, r.relname AS table, r.name, r.node
FROM relation AS r
WHERE r.relkind IN ('r', 'p') AND r.oid >= 16384
UNION ALL
SELECT v.nspname, v.relname, r.name, r.node
FROM alone AS a JOIN relation AS v ON v.oid = a.view AND v.relkind = 'v' JOIN relation AS r ON r.oid = a.relation
ORDER BY 3, 1, 2

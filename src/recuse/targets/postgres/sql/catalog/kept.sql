-- kept: columns that keep what a function of users gave: those of materialized views whose query calls one, and those with a
-- default or a generated value that does, where there are rows.
, calls AS MATERIALIZED (
  SELECT d.classid, d.objid, d.objsubid, d.refobjid::int8 AS function
  FROM pg_depend AS d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384
), keeping (relation, number, whole, function) AS (
  SELECT w.ev_class, a.attnum, true, c.function
  FROM calls AS c
  JOIN pg_rewrite AS w ON c.classid = 'pg_rewrite'::regclass AND w.oid = c.objid
  JOIN relation AS r ON r.oid = w.ev_class AND r.relkind = 'm'
  JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT e.adrelid, e.adnum, false, c.function
  FROM calls AS c JOIN pg_attrdef AS e ON c.classid = 'pg_attrdef'::regclass AND e.oid = c.objid
  UNION
  SELECT e.adrelid, e.adnum, false, c.function -- a generated column
  FROM calls AS c JOIN pg_attrdef AS e ON c.classid = 'pg_class'::regclass AND e.adrelid = c.objid AND e.adnum = c.objsubid
)
SELECT 'column:' || r.name || '.' || quote_ident(a.attname) AS column,
       CASE WHEN k.whole THEN r.name ELSE format('%s.%I', r.name, a.attname) END AS title, k.function, k.whole AS refreshed,
       o.oid::int8 AS owner, o.rolname AS owner_name, o.rolsuper AS superuser,
       o.rolcreaterole AND current_setting('server_version_num')::int < 160000 AS create_role
FROM keeping AS k
JOIN relation AS r ON r.oid = k.relation
JOIN role AS o ON o.oid = r.relowner
JOIN pg_attribute AS a ON a.attrelid = k.relation AND a.attnum = k.number
WHERE k.whole OR r.relkind <> 'r' OR pg_relation_size(r.oid) > 0
ORDER BY 1, 3

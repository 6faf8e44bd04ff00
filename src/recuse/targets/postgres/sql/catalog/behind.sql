-- behind: functions in a language of users that run behind an operator, or behind a type: its checks, its casts.
SELECT b.kind, b.name, b.function::int8 AS function
FROM (
  SELECT 'operator' AS kind, o.oprname::text AS name, o.oprcode::oid AS function FROM pg_operator AS o
  UNION
  SELECT 'type', t.typname::text, d.refobjid
  FROM pg_constraint AS k
  JOIN pg_type AS t ON t.oid = k.contypid
  JOIN pg_depend AS d ON d.classid = 'pg_constraint'::regclass AND d.objid = k.oid AND d.refclassid = 'pg_proc'::regclass
  UNION
  SELECT 'type', t.typname::text, c.castfunc
  FROM pg_cast AS c JOIN pg_type AS t ON t.oid IN (c.castsource, c.casttarget)
) AS b
JOIN pg_proc AS p ON p.oid = b.function
JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.oid >= 16384 AND l.lanname NOT IN ('c', 'internal')

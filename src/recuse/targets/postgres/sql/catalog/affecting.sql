-- affecting: the relations through which the one asked about can be changed: itself, parents by foreign key, ancestors and
-- descendants, and what has views or rules on it. Put after `objects` before every query of changes/.
, affecting (oid) AS (
  SELECT oid FROM relation WHERE name = current_setting('recuse.asked')
  UNION
  SELECT way.oid
  FROM affecting AS a
  CROSS JOIN LATERAL (
    SELECT confrelid AS oid FROM pg_constraint
    WHERE contype = 'f' AND conrelid = a.oid AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
    UNION ALL
    SELECT inhparent FROM pg_inherits WHERE inhrelid = a.oid AND NOT inhdetachpending
    UNION ALL
    SELECT inhrelid FROM pg_inherits WHERE inhparent = a.oid AND NOT inhdetachpending
    UNION ALL
    SELECT w.ev_class FROM pg_depend AS d JOIN pg_rewrite AS w ON w.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.oid
  ) AS way
), changed AS (
  SELECT r.* FROM relation AS r JOIN affecting AS a ON a.oid = r.oid
)

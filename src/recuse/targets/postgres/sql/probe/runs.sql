-- Which functions run when an account reads a relation, besides those of the server and of recuse that leave no trace: in row
-- policies, in the queries of views, and in those of whatever they read in turn. An extension's own functions count as the
-- server's where they are immutable. The server's own volatile ones (nextval, setval, …) leave no entry in pg_depend, so they are
-- looked for as text, which may find one too many and none too few.
WITH RECURSIVE read AS (
  SELECT c.oid AS relation FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace  -- by name: regclass asks for USAGE
  WHERE n.nspname = %s AND c.relname = %s
  UNION
  SELECT d.refobjid
  FROM read r
  JOIN (
    SELECT polrelid AS relation, 'pg_policy'::regclass AS class, oid AS object FROM pg_policy
    UNION ALL
    SELECT w.ev_class, 'pg_rewrite'::regclass, w.oid FROM pg_rewrite w
    JOIN pg_class v ON v.oid = w.ev_class AND v.relkind = 'v' WHERE w.ev_type = '1'  -- a materialized view is only read
  ) stored USING (relation)
  JOIN pg_depend d ON d.classid = stored.class AND d.objid = stored.object AND d.refclassid = 'pg_class'::regclass
),
stored AS (
  SELECT 'pg_policy'::regclass AS class, p.oid AS object,
         concat(pg_get_expr(p.polqual, p.polrelid), ' ', pg_get_expr(p.polwithcheck, p.polrelid)) AS text
  FROM pg_policy p JOIN read r ON r.relation = p.polrelid
  UNION ALL
  SELECT 'pg_rewrite'::regclass, w.oid, pg_get_viewdef(w.ev_class)
  FROM pg_rewrite w JOIN read r ON r.relation = w.ev_class
  JOIN pg_class c ON c.oid = w.ev_class AND c.relkind = 'v'
  WHERE w.ev_type = '1'
),
called AS (
  SELECT d.refobjid AS function FROM stored s
  JOIN pg_depend d ON d.classid = s.class AND d.objid = s.object AND d.refclassid = 'pg_proc'::regclass
  UNION
  SELECT o.oprcode FROM stored s
  JOIN pg_depend d ON d.classid = s.class AND d.objid = s.object AND d.refclassid = 'pg_operator'::regclass
  JOIN pg_operator o ON o.oid = d.refobjid
  UNION
  SELECT k.refobjid FROM stored s
  JOIN pg_depend d ON d.classid = s.class AND d.objid = s.object AND d.refclassid = 'pg_type'::regclass
  JOIN pg_constraint c ON c.contypid = d.refobjid
  JOIN pg_depend k ON k.classid = 'pg_constraint'::regclass AND k.objid = c.oid AND k.refclassid = 'pg_proc'::regclass
)
SELECT p.oid::regprocedure::text
FROM called c JOIN pg_proc p ON p.oid = c.function
WHERE p.pronamespace <> coalesce(to_regnamespace('recuse'), 0) AND p.pronamespace <> 'pg_catalog'::regnamespace
  AND NOT (p.provolatile = 'i' AND EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))
UNION
SELECT p.proname::text
FROM stored s JOIN pg_proc p ON p.pronamespace = 'pg_catalog'::regnamespace AND p.provolatile = 'v'
WHERE strpos(s.text, p.proname || '(') > 0
ORDER BY 1;

-- functions in untrusted languages: they can do what the operating system account of the server can.
SELECT string_agg(DISTINCT p.oid::regprocedure || ' (' || l.lanname || ')', ', ')
FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.oid >= 16384 AND NOT l.lanpltrusted AND NOT EXISTS (
  SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')

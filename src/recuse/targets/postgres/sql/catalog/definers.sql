-- definers: functions that run as their owner; `tree` holds the body of those written as BEGIN ATOMIC, whose reads the
-- catalog knows, unless it calls a function of its own.
SELECT 'function:' || format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS node,
       o.oid AS owner, o.rolname AS owner_name, o.rolsuper AS superuser,
       o.rolcreaterole AND current_setting('server_version_num')::int < 160000 AS create_role,
       CASE WHEN NOT EXISTS (
         SELECT FROM pg_depend AS d
         WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass)
       THEN p.prosqlbody::text END AS tree
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN role AS o ON o.oid = p.proowner
WHERE p.prosecdef AND p.oid >= 16384
ORDER BY 1

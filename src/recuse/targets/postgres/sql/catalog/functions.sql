-- functions: every function that is not the server's own, with what its body is traced from. `tree` is the stored form of those
-- written as BEGIN ATOMIC or RETURN that call no function: it says exactly which columns are read.
SELECT p.oid, n.nspname AS schema, p.proname AS name,
       'function:' || format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS node,
       CASE p.prokind WHEN 'p' THEN 'CALL ' ELSE 'SELECT ' END || format('%I.%I(%s)', n.nspname, p.proname, (
         SELECT string_agg('NULL::' || format_type(t.type, NULL), ', ' ORDER BY t.position)
         FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, position))) AS call,
       o.oid AS owner, o.rolname AS owner_name, o.rolsuper AS superuser,
       o.rolcreaterole AND current_setting('server_version_num')::int < 160000 AS create_role,
       -- what dblink_connect_u opens, edges/dblink.sql says
       p.prosecdef AND NOT coalesce(p.probin ~ 'dblink' AND p.prosrc = 'dblink_connect', false) AS definer, l.lanname AS language, p.prosrc AS source, p.prosqlbody IS NOT NULL AS atomic,
       CASE p.prorettype WHEN 'void'::regtype THEN 'void' WHEN 'trigger'::regtype THEN 'trigger'
                         WHEN 'event_trigger'::regtype THEN 'event_trigger' ELSE 'value' END AS gives,
       coalesce('o' = ANY (p.proargmodes) OR 'b' = ANY (p.proargmodes) OR 't' = ANY (p.proargmodes), false) AS outputs,
       CASE WHEN p.prokind IN ('f', 'p') AND l.lanname IN ('sql', 'plpgsql') THEN pg_get_functiondef(p.oid) END AS definition,
       (SELECT substr(s, length('search_path=') + 1) FROM unnest(p.proconfig) AS s WHERE s LIKE 'search\_path=%') AS path,
       (SELECT e.extname FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_extension'::regclass
          AND d.deptype = 'e') AS extension,
       CASE WHEN NOT EXISTS (
         SELECT FROM pg_depend AS d
         WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass)
       THEN p.prosqlbody::text END AS tree,
       ARRAY(SELECT DISTINCT g.oid::int8 FROM pg_aggregate AS a, unnest(ARRAY[a.aggtransfn, a.aggfinalfn, a.aggcombinefn,
               a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]) AS g (oid)
             WHERE a.aggfnoid = p.oid AND g.oid >= 16384) AS parts
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
JOIN role AS o ON o.oid = p.proowner
WHERE p.oid >= 16384
  AND (n.nspname !~ '^pg_temp_' OR EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgfoid = p.oid)) -- a table's trigger may run a session's own
ORDER BY node

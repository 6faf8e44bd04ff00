-- own functions: who can make one, for a session (TEMPORARY, which PUBLIC has by default) or in a schema. Where a condition of a view
-- is no barrier, the function sees rows before the condition hides them.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source, 'leaks:' AS target,
       'grant ' || a.privilege_type AS kind,
       format('%s on the database %I lets it make functions of its own', a.privilege_type, d.datname) AS reason, '' AS identity,
       CASE WHEN a.grantor = d.datdba AND a.grantee <> d.datdba THEN
         ARRAY['grant', 'database', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, d.datname]::text[] END AS ends
FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
WHERE d.datname = current_database() AND a.privilege_type IN ('TEMPORARY', 'CREATE')
UNION ALL
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END, 'leaks:', 'grant CREATE',
       format('CREATE on schema %I lets it make functions of its own', n.nspname), '',
       CASE WHEN a.grantor = n.nspowner AND a.grantee <> n.nspowner THEN
         ARRAY['grant', 'schema', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, n.nspname]::text[] END
FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
WHERE a.privilege_type = 'CREATE' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'

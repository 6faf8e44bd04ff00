-- foreign servers: who may use one (`foreign:S`), and who can make a table somewhere (`place:tables`), which a foreign table
-- of one's own needs: temporarily, in a schema, or in a schema of one's own. Whose account it leads to, its user mappings say.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       'foreign:' || quote_ident(s.srvname) AS target,
       CASE a.grantee WHEN s.srvowner THEN 'ownership' ELSE 'grant USAGE' END AS kind,
       CASE a.grantee WHEN s.srvowner THEN format('%I owns the foreign server %I', pg_get_userbyid(s.srvowner), s.srvname)
            ELSE format('%I granted USAGE on the foreign server %I', pg_get_userbyid(a.grantor), s.srvname) END AS reason,
       CASE WHEN a.grantor = s.srvowner AND a.grantee <> s.srvowner THEN
         ARRAY['grant', 'foreign server', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, s.srvname]::text[] END AS ends
FROM pg_foreign_server AS s, aclexplode(coalesce(s.srvacl, acldefault('S', s.srvowner))) AS a
WHERE a.privilege_type = 'USAGE'
UNION ALL
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END, 'place:tables',
       CASE a.privilege_type WHEN 'TEMPORARY' THEN 'grant TEMPORARY' ELSE 'grant CREATE' END,
       format('%s may make tables in %s', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
              o.place),
       CASE WHEN a.grantor = o.owner AND a.grantee <> o.owner THEN
         ARRAY['grant', o.kind, a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, o.name]::text[] END
FROM (
  SELECT coalesce(datacl, acldefault('d', datdba)) AS acl, format('the database %I', datname) AS place, 'database' AS kind,
         datname AS name, datdba AS owner
  FROM pg_database WHERE datname = current_database()
  UNION ALL
  SELECT coalesce(nspacl, acldefault('n', nspowner)), format('the schema %I', nspname), 'schema', nspname, nspowner FROM pg_namespace
  WHERE nspname !~ '^pg_(toast|temp)'
) AS o, aclexplode(o.acl) AS a
WHERE a.privilege_type IN ('CREATE', 'TEMPORARY') AND EXISTS (SELECT FROM pg_foreign_server)

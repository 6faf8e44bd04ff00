-- table grants: each privilege on a relation, by each grantor, to a role or to PUBLIC. Only SELECT reads; the others lead
-- to nodes of their own (`insert:`, `truncate:` …), from which rules may lead on.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       CASE a.privilege_type WHEN 'SELECT' THEN r.node ELSE lower(a.privilege_type) || ':' || r.name END AS target,
       'grant ' || a.privilege_type AS kind,
       format('%I granted %s on %s to %s%s', pg_get_userbyid(a.grantor), a.privilege_type, r.name,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
              CASE WHEN a.is_grantable THEN ', which may grant it on' ELSE '' END) AS reason,
       CASE a.privilege_type WHEN 'INSERT' THEN format('INSERT INTO %s DEFAULT VALUES', r.name)
                             WHEN 'DELETE' THEN format('DELETE FROM %s', r.name)
                             WHEN 'TRUNCATE' THEN format('TRUNCATE %s', r.name)
                             WHEN 'UPDATE' THEN (SELECT format('UPDATE %s SET %I = DEFAULT', r.name, c.attname)
                                                 FROM pg_attribute AS c WHERE c.attrelid = r.oid AND c.attnum > 0
                                                   AND NOT c.attisdropped ORDER BY c.attnum LIMIT 1) END AS attempt,
       ARRAY[r.schema] AS needs,
       ARRAY['grant', CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview' ELSE 'table' END, a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, r.nspname, r.relname]::text[] AS ends
FROM relation AS r, aclexplode(r.relacl) AS a
WHERE a.grantee <> r.relowner

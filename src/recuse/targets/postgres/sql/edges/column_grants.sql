-- column grants: SELECT on single columns, by each grantor, to a role or to PUBLIC.
SELECT CASE g.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(g.grantee) END AS source,
       'column:' || r.name || '.' || quote_ident(a.attname) AS target, 'grant SELECT (column)' AS kind,
       format('%I granted SELECT on columns of %s to %s', pg_get_userbyid(g.grantor), r.name,
              CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END) AS reason,
       ARRAY[r.schema] AS needs,
       ARRAY['grant', 'column', g.privilege_type, CASE g.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(g.grantee) END, pg_get_userbyid(g.grantor), g.is_grantable::text, r.nspname, r.relname, a.attname]::text[] AS ends
FROM relation AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN aclexplode(a.attacl) AS g
WHERE g.privilege_type = 'SELECT'

-- column grants: SELECT on single columns, by each grantor, to a role or to PUBLIC.
SELECT CASE g.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(g.grantee) END AS source,
       'column:' || r.name || '.' || quote_ident(a.attname) AS target, 'grant SELECT (column)' AS kind,
       format('%I granted SELECT on columns of %s to %s', pg_get_userbyid(g.grantor), r.name,
              CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END) AS reason,
       ARRAY[r.schema] AS needs
FROM relation AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN aclexplode(a.attacl) AS g
WHERE g.privilege_type = 'SELECT'

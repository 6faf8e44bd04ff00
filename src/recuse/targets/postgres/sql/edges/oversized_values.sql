-- oversized values: the side tables that hold them have grants of their own, which nobody has until somebody gives them out.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       'part:' || r.name || '.' || quote_ident(c.attname) AS target, 'oversized values' AS kind,
       format('%I granted SELECT on %s, where oversized values of %s lie', pg_get_userbyid(a.grantor), t.oid::regclass, r.name) AS reason,
       format('SELECT chunk_data FROM %s LIMIT 1', t.oid::regclass) AS attempt, '' AS identity
FROM relation AS r
JOIN pg_class AS t ON t.oid = r.reltoastrelid AND t.relacl IS NOT NULL
JOIN pg_attribute AS c ON c.attrelid = r.oid AND c.attnum > 0 AND NOT c.attisdropped AND c.attstorage <> 'p'
CROSS JOIN aclexplode(t.relacl) AS a
WHERE a.privilege_type = 'SELECT' AND a.grantee <> t.relowner AND pg_relation_size(t.oid) > 0
  AND (has_schema_privilege(a.grantee, 'pg_toast', 'USAGE')
       OR EXISTS (SELECT FROM pg_namespace AS n, aclexplode(n.nspacl) AS s WHERE n.nspname = 'pg_toast' AND s.grantee = 0 AND s.privilege_type = 'USAGE'))

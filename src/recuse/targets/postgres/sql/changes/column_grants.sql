-- column grants: INSERT, UPDATE and REFERENCES on single columns.
SELECT CASE g.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(g.grantee) END AS source,
       lower(g.privilege_type) || ':' || c.name AS target, format('grant %s (column)', g.privilege_type) AS kind,
       format('%I granted %s on %s.%I to %s', pg_get_userbyid(g.grantor), g.privilege_type, c.name, a.attname,
              CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END) AS reason,
       CASE g.privilege_type WHEN 'UPDATE' THEN format('UPDATE %s SET %I = DEFAULT', c.name, a.attname)
                             WHEN 'INSERT' THEN format('INSERT INTO %s (%I) VALUES (DEFAULT)', c.name, a.attname) END AS attempt,
       ARRAY[c.schema] AS needs
FROM changed AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN aclexplode(a.attacl) AS g
WHERE g.privilege_type <> 'SELECT'
  AND (c.name <> current_setting('recuse.asked') OR quote_ident(a.attname) = current_setting('recuse.asked_column')
       OR current_setting('recuse.asked_column') = '')

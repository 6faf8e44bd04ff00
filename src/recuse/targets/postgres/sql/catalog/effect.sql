-- What one role may do where a row policy of ours admits it: a row policy each, with the columns of which the role has the privilege,
-- by a grant to itself or to PUBLIC. Without such a row policy a governed table shows nothing.
SELECT n.nspname || '.' || c.relname AS table, a.action,
       ARRAY(SELECT t.attname::text FROM pg_attribute t
             WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped AND a.action <> 'delete'
               AND has_column_privilege(r.oid, c.oid, t.attnum, a.privilege)) AS columns,
       coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) AS rows,
       a.action = 'delete' AND has_table_privilege(r.oid, c.oid, 'DELETE') AS deletes
FROM pg_roles r
JOIN pg_policy p ON r.oid = ANY (p.polroles) AND p.polname ^@ 'recuse_'
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN (VALUES ('r', 'read', 'SELECT'), ('a', 'insert', 'INSERT'), ('w', 'update', 'UPDATE'), ('d', 'delete', 'DELETE'))
     AS a (command, action, privilege) ON p.polcmd::text IN (a.command, '*')
WHERE r.rolname = %s
ORDER BY 1, 2, p.polname

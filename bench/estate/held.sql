-- For each login and table without row security: whether it may read the whole table and name it, and whether it holds
-- anything that reads it, be it a column, and be it without USAGE on the schema. The server answers, without SET ROLE.
SELECT r.rolname, n.nspname || '.' || c.relname,
       has_table_privilege(r.oid, c.oid, 'SELECT') AND has_schema_privilege(r.oid, n.oid, 'USAGE'),
       has_any_column_privilege(r.oid, c.oid, 'SELECT')
FROM pg_roles AS r
CROSS JOIN pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE r.rolcanlogin AND NOT r.rolsuper AND c.relkind = 'r' AND n.nspname ~ '^s[0-9]+$' AND NOT c.relrowsecurity

-- tables: each table by its name as it is stored, and as SQL asks for it.
SELECT n.nspname AS schema, r.relname AS table, r.name, r.node
FROM relation AS r JOIN pg_class AS c ON c.oid = r.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE r.relkind IN ('r', 'p') AND r.oid >= 16384
ORDER BY r.name

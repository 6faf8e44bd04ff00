-- What statistics say of these columns, as pairs of table and column: rows of the table, and the share that is NULL.
SELECT s.schemaname || '.' || s.tablename, s.attname::text, c.reltuples::float8, s.null_frac::float8
FROM pg_catalog.pg_stats s
JOIN pg_catalog.pg_namespace n ON n.nspname = s.schemaname
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
WHERE s.schemaname || '.' || s.tablename = ANY (%s) AND c.reltuples >= 0 AND s.inherited = (c.relkind = 'p');

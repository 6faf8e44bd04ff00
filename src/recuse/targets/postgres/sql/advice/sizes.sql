-- How large these relations were when they were last vacuumed or analysed, in bytes. Takes no lock on any of them.
SELECT n.nspname || '.' || c.relname,
       c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname || '.' || c.relname = ANY (%s) ORDER BY 1;

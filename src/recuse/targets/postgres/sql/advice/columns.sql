-- The columns of these relations (by object id), by number.
SELECT a.attrelid::bigint, a.attnum::int, a.attname::text FROM pg_catalog.pg_attribute a
WHERE a.attrelid = ANY (%s::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped;

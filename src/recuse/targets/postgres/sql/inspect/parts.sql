-- Partitions and children below each table, however deep.
WITH RECURSIVE below (whole, part) AS (
  SELECT inhparent, inhrelid FROM pg_catalog.pg_inherits WHERE NOT inhdetachpending
  UNION
  SELECT b.whole, i.inhrelid FROM below b JOIN pg_catalog.pg_inherits i ON i.inhparent = b.part
  WHERE NOT i.inhdetachpending
)
SELECT wn.nspname || '.' || w.relname, pn.nspname || '.' || p.relname
FROM below b
JOIN pg_catalog.pg_class w ON w.oid = b.whole
JOIN pg_catalog.pg_namespace wn ON wn.oid = w.relnamespace
JOIN pg_catalog.pg_class p ON p.oid = b.part
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
WHERE w.relkind IN ('r', 'p', 'f') AND p.relkind IN ('r', 'p', 'f')
  AND pn.nspname !~ '^pg_' AND pn.nspname <> 'information_schema';

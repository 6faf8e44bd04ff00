-- published: the columns that publications of this database send (15 and later let them name some of a table's).
SELECT quote_ident(t.pubname) AS publication, t.schemaname::text AS schema, format('%I.%I', t.schemaname, t.tablename) AS relation,
       quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS type
FROM pg_publication_tables AS t
JOIN pg_namespace AS n ON n.nspname = t.schemaname
JOIN pg_class AS c ON c.relname = t.tablename AND c.relnamespace = n.oid
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN LATERAL (SELECT to_jsonb(t) -> 'attnames') AS named (names)
WHERE names IS NULL OR names = 'null' OR names @> to_jsonb(a.attname::text)
ORDER BY 1, 3, a.attnum

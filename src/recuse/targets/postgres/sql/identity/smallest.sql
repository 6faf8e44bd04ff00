-- smallest: which of these tables has the fewest pages and has any; an empty one proves nothing.
SELECT t.name FROM unnest(%s::text[]) t (name)
JOIN pg_catalog.pg_class c ON c.relkind = 'r' AND c.oid = pg_catalog.to_regclass(
  pg_catalog.format('%%I.%%I', pg_catalog.split_part(t.name, '.', 1), pg_catalog.split_part(t.name, '.', 2)))
WHERE pg_catalog.pg_relation_size(c.oid) > 0
ORDER BY pg_catalog.pg_relation_size(c.oid), t.name LIMIT 1

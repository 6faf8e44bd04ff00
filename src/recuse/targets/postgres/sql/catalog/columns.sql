-- columns: every column of every relation.
SELECT r.oid AS relation, r.node, r.relkind::text AS kind, a.attnum AS number,
       'column:' || r.name || '.' || quote_ident(a.attname) AS column
FROM relation AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY r.node, a.attnum

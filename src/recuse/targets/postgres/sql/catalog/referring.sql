-- referring: columns that hold the values of another table's column, since a foreign key says so. The columns of a primary
-- key are left out: their values tell rows apart, and every table around them has them.
SELECT DISTINCT r.node, 'column:' || r.name || '.' || quote_ident(a.attname) AS column,
       'part:' || p.name || '.' || quote_ident(b.attname) AS base, r.name || '.' || quote_ident(a.attname) AS name
FROM pg_constraint AS c
JOIN relation AS r ON r.oid = c.conrelid
JOIN relation AS p ON p.oid = c.confrelid
CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS k (own, other)
JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.own
JOIN pg_attribute AS b ON b.attrelid = c.confrelid AND b.attnum = k.other
WHERE c.contype = 'f' AND NOT EXISTS (
  SELECT FROM pg_index AS i WHERE i.indrelid = c.confrelid AND i.indisprimary AND k.other = ANY (i.indkey))
ORDER BY 2, 3

-- inheritance and partitions: a parent's grant reads all its descendants, whose own grants and row policies are not asked; a
-- descendant read directly is a part of the parent, whose row policies are not asked.
SELECT p.node AS parent, p.name AS parent_name, 'column:' || p.name || '.' || quote_ident(pa.attname) AS parent_column,
       c.node AS child, c.name AS child_name, 'column:' || c.name || '.' || quote_ident(ca.attname) AS child_column
FROM (
  WITH RECURSIVE below (ancestor, descendant) AS (
    SELECT inhparent, inhrelid FROM pg_inherits WHERE NOT inhdetachpending
    UNION
    SELECT b.ancestor, i.inhrelid FROM below AS b JOIN pg_inherits AS i ON i.inhparent = b.descendant
    WHERE NOT i.inhdetachpending
  ) SELECT ancestor, descendant FROM below
) AS i
JOIN relation AS p ON p.oid = i.ancestor
JOIN relation AS c ON c.oid = i.descendant
JOIN pg_attribute AS pa ON pa.attrelid = p.oid AND pa.attnum > 0 AND NOT pa.attisdropped
JOIN pg_attribute AS ca ON ca.attrelid = c.oid AND ca.attname = pa.attname AND NOT ca.attisdropped
ORDER BY p.name, c.name, pa.attnum

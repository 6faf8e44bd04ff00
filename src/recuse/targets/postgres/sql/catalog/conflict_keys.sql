-- conflict keys: the tables with row security that have a key by which ON CONFLICT finds a row, the columns of one such key, and
-- nothing of ours that refuses the clause.
SELECT DISTINCT ON (r.oid) r.node, r.name,
       ARRAY(SELECT a.attname FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, position)
             JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = k.number
             WHERE k.position <= i.indnkeyatts ORDER BY k.position) AS key
FROM relation AS r
JOIN pg_index AS i ON i.indrelid = r.oid AND i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
WHERE r.relrowsecurity AND NOT EXISTS (
  SELECT FROM pg_trigger AS t WHERE t.tgrelid = r.oid AND t.tgenabled <> 'D' AND t.tgfoid = to_regproc('recuse.conflict'))
ORDER BY r.oid, i.indisprimary DESC, i.indexrelid

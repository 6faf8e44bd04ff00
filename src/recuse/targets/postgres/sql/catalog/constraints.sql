-- constraints: what may refuse a row, in an error that quotes the row (`null`, `check`) or a key of it (all others), by the columns
-- that decide. Of a column that may not be NULL, each alone decides.
SELECT k.relation::int8 AS relation, k.kind, k.columns
FROM (
  SELECT a.attrelid AS relation, 'null' AS kind, array_agg(a.attnum ORDER BY a.attnum) AS columns
  FROM pg_attribute AS a WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped
  GROUP BY a.attrelid
  UNION ALL
  SELECT c.conrelid, 'check', coalesce(c.conkey, '{}') FROM pg_constraint AS c WHERE c.contype = 'c' AND c.conrelid <> 0
  UNION ALL
  SELECT i.inhrelid, 'check', array_agg(own.attnum)
  FROM pg_inherits AS i
  JOIN pg_partitioned_table AS t ON t.partrelid = i.inhparent
  JOIN pg_attribute AS key ON key.attrelid = t.partrelid AND key.attnum = ANY (t.partattrs::int2[])
  JOIN pg_attribute AS own ON own.attrelid = i.inhrelid AND own.attname = key.attname
  GROUP BY i.inhrelid
  UNION ALL
  SELECT c.conrelid, 'reference', c.conkey FROM pg_constraint AS c WHERE c.contype = 'f'
  UNION ALL
  SELECT c.confrelid, 'referenced', c.confkey FROM pg_constraint AS c
  WHERE c.contype = 'f' AND (c.confdeltype IN ('a', 'r') OR c.confupdtype IN ('a', 'r'))
  UNION ALL
  SELECT i.indrelid, CASE WHEN i.indisexclusion THEN 'exclusion' ELSE 'unique' END,
         ARRAY(SELECT DISTINCT d.refobjsubid::int2 FROM pg_depend AS d
               WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid <> 0
               UNION SELECT n::int2 FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS t (n, place) WHERE n > 0 AND place <= i.indnkeyatts)
  FROM pg_index AS i WHERE i.indisunique OR i.indisexclusion
) AS k
JOIN relation AS r ON r.oid = k.relation
WHERE r.relkind IN ('r', 'p') AND r.oid >= 16384

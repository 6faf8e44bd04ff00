-- Every key of every valid index of these tables and their partitions (a partition's index only where no index of the
-- parent stands for it): how it is written, of which type, and whether prefixes and subnets are looked up in it.
WITH RECURSIVE members(top, relation) AS (
  SELECT n.nspname || '.' || c.relname, c.oid FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = ANY (%s)
  UNION SELECT m.top, h.inhrelid FROM members m JOIN pg_catalog.pg_inherits h ON h.inhparent = m.relation
)
SELECT m.top, n.nspname || '.' || x.relname, i.indexrelid::bigint, k.number, am.amname, a.attname::text,
       pg_catalog.pg_get_indexdef(i.indexrelid, k.number, false), i.indexprs::text,
       (SELECT count(*) FROM pg_catalog.unnest(i.indkey[0:k.number - 2]) AS before(attnum) WHERE before.attnum = 0)::int,
       CASE WHEN a.attname IS NOT NULL THEN pg_catalog.format_type(a.atttypid, a.atttypmod)
            WHEN am.amname = 'btree' THEN pg_catalog.format_type(t.atttypid, t.atttypmod)
            ELSE pg_catalog.format_type(oc.opcintype, NULL) END,  -- other methods may store something else
       pg_catalog.quote_ident(ocn.nspname) || '.' || pg_catalog.quote_ident(oc.opcname),
       CASE WHEN i.indcollation[k.number - 1] <> 0
            THEN pg_catalog.quote_ident(ln.nspname) || '.' || pg_catalog.quote_ident(l.collname) END,
       CASE WHEN am.amname = 'spgist' THEN oc.opcname = 'text_ops'
            WHEN am.amname <> 'btree' OR oc.opcintype NOT IN ('text'::regtype, 'bpchar'::regtype) THEN false
            ELSE oc.opcname LIKE '%%pattern_ops' OR l.collcollate IN ('C', 'POSIX') OR l.collprovider = 'b'
                 OR (l.collprovider = 'd' AND (d.datlocprovider = 'b' OR (d.datlocprovider = 'c'
                                               AND d.datcollate IN ('C', 'POSIX')))) END,
       am.amname = 'btree' AND oc.opcintype = 'inet'::regtype,
       i.indrelid::bigint
FROM members m
JOIN pg_catalog.pg_index i ON i.indrelid = m.relation AND i.indisvalid
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = x.relam
CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts::int) AS k(number)
JOIN pg_catalog.pg_attribute t ON t.attrelid = i.indexrelid AND t.attnum = k.number
JOIN pg_catalog.pg_opclass oc ON oc.oid = i.indclass[k.number - 1]
JOIN pg_catalog.pg_namespace ocn ON ocn.oid = oc.opcnamespace
JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_collation l ON l.oid = i.indcollation[k.number - 1]
LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.number - 1] AND a.attnum > 0
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.indexrelid)
ORDER BY m.top COLLATE "C", n.nspname COLLATE "C", x.relname COLLATE "C", k.number;

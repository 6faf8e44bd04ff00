-- partition bounds: whoever connects reads, in the definition of a partition, the values of the key that it takes one by one (LIST).
SELECT 'public:' AS source, 'part:' || p.name || '.' || quote_ident(k.attname) AS target, 'partition bound' AS kind,
       format('the bound of the partition %s names values of %s.%I', r.name, p.name, k.attname) AS reason,
       format('SELECT pg_catalog.pg_get_expr(relpartbound, oid) FROM pg_catalog.pg_class WHERE oid = %s', r.oid) AS attempt,
       '' AS identity
FROM pg_partitioned_table AS t
JOIN relation AS p ON p.oid = t.partrelid
JOIN pg_attribute AS k ON k.attrelid = p.oid AND k.attnum = t.partattrs[0]
JOIN pg_inherits AS i ON i.inhparent = p.oid
JOIN relation AS r ON r.oid = i.inhrelid
WHERE t.partstrat = 'l' AND r.oid IS DISTINCT FROM t.partdefid

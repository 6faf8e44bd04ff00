SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relispartition;
SELECT * FROM cpd.one;

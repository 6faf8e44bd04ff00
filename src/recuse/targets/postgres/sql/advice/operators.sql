-- The search operators of each key of these indexes: what a condition can be written with to reach the index.
SELECT i.indexrelid::bigint, k.number, o.oprname::text, pg_catalog.quote_ident(n.nspname),
       pg_catalog.format_type(CASE WHEN ty.typtype = 'p' THEN NULL ELSE o.oprright END, NULL), p.proleakproof,
       p.oid::regprocedure::text, o.oprright IN (o.oprleft, oc.opcintype) OR ty.typtype = 'p'
FROM pg_catalog.pg_index i
CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts::int) AS k(number)
JOIN pg_catalog.pg_opclass oc ON oc.oid = i.indclass[k.number - 1]
JOIN pg_catalog.pg_amop f ON f.amopfamily = oc.opcfamily AND f.amoplefttype = oc.opcintype AND f.amoppurpose = 's'
JOIN pg_catalog.pg_operator o ON o.oid = f.amopopr
JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
JOIN pg_catalog.pg_type ty ON ty.oid = o.oprright
WHERE i.indexrelid = ANY (%s::bigint[]::oid[])
ORDER BY i.indexrelid, k.number, o.oprname COLLATE "C", o.oprright;

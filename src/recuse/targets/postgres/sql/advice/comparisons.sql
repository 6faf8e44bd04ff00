-- Of these types (by object id): the function that compares two values, as GREATEST and LEAST do.
SELECT oc.opcintype::bigint, f.amproc::bigint
FROM pg_catalog.pg_opclass oc
JOIN pg_catalog.pg_am am ON am.oid = oc.opcmethod AND am.amname = 'btree'
JOIN pg_catalog.pg_amproc f ON f.amprocfamily = oc.opcfamily AND f.amproclefttype = oc.opcintype
     AND f.amprocrighttype = oc.opcintype AND f.amprocnum = 1
WHERE oc.opcdefault AND oc.opcintype = ANY (%s::bigint[]::oid[]);

-- Sequences that a column default draws from (serial); identity columns need no grant on theirs.
SELECT DISTINCT tn.nspname, t.relname, sn.nspname, s.relname
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = f.oid
JOIN pg_catalog.pg_class t ON t.oid = f.adrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_catalog.pg_class s ON d.refclassid = 'pg_catalog.pg_class'::regclass AND s.oid = d.refobjid AND s.relkind = 'S'
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
WHERE tn.nspname !~ '^pg_' AND tn.nspname <> 'information_schema';

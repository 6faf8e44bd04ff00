-- Generated columns, each with every column of its table that it is computed from.
SELECT n.nspname || '.' || c.relname, a.attname::text, s.attname::text
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = f.oid
                           AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = a.attrelid
JOIN pg_catalog.pg_attribute s ON s.attrelid = a.attrelid AND s.attnum = d.refobjsubid
WHERE a.attgenerated <> '' AND d.refobjsubid <> a.attnum
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';

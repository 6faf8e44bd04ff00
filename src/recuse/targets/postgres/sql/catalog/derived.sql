-- derived: generated columns and the columns that they are computed from.
SELECT DISTINCT r.node, 'column:' || r.name || '.' || quote_ident(g.attname) AS column,
       'part:' || r.name || '.' || quote_ident(b.attname) AS base, r.name || '.' || quote_ident(g.attname) AS name
FROM relation AS r
JOIN pg_attribute AS g ON g.attrelid = r.oid AND g.attgenerated <> '' AND NOT g.attisdropped
JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = g.attnum
JOIN pg_depend AS x ON x.refclassid = 'pg_class'::regclass AND x.refobjid = r.oid AND x.refobjsubid NOT IN (0, g.attnum)
  AND ((x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid)
       OR (x.classid = 'pg_class'::regclass AND x.objid = r.oid AND x.objsubid = g.attnum))
JOIN pg_attribute AS b ON b.attrelid = r.oid AND b.attnum = x.refobjsubid
ORDER BY 2, 3

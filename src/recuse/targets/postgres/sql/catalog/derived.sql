-- derived: generated columns and the columns that they are computed from; columns that the server's own trigger fills with words.
SELECT DISTINCT r.node, 'column:' || r.name || '.' || quote_ident(g.attname) AS column,
       'part:' || r.name || '.' || quote_ident(b.attname) AS base, r.name || '.' || quote_ident(g.attname) AS name,
       'generated column' AS kind, '' AS why
FROM relation AS r
JOIN pg_attribute AS g ON g.attrelid = r.oid AND g.attgenerated <> '' AND NOT g.attisdropped
JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = g.attnum
JOIN pg_depend AS x ON x.refclassid = 'pg_class'::regclass AND x.refobjid = r.oid AND x.refobjsubid NOT IN (0, g.attnum)
  AND ((x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid)
       OR (x.classid = 'pg_class'::regclass AND x.objid = r.oid AND x.objsubid = g.attnum))
JOIN pg_attribute AS b ON b.attrelid = r.oid AND b.attnum = x.refobjsubid
UNION
SELECT r.node, 'column:' || r.name || '.' || quote_ident(p.parts[1]), 'part:' || r.name || '.' || quote_ident(b.attname),
       p.parts[1], 'mirror', format('the trigger %I on %s puts its words there, of the same row', t.tgname, r.name)
FROM pg_trigger AS t
JOIN relation AS r ON r.oid = t.tgrelid
CROSS JOIN LATERAL (SELECT string_to_array(encode(t.tgargs, 'escape'), '\000')) AS p (parts)
JOIN pg_attribute AS b ON b.attrelid = r.oid AND b.attname = ANY (p.parts[3:]) AND NOT b.attisdropped
WHERE t.tgfoid IN ('tsvector_update_trigger'::regproc, 'tsvector_update_trigger_column'::regproc) AND t.tgenabled IN ('O', 'A')
ORDER BY 2, 3

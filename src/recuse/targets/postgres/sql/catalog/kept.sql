-- kept: columns that keep what a function of users gave: those of materialized views whose query calls one, and those with a
-- default or a generated value that does, where there are rows.
SELECT 'column:' || r.name || '.' || quote_ident(a.attname) AS column, r.name AS title, d.refobjid::int8 AS function, true AS refreshed,
       o.oid::int8 AS owner, o.rolname AS owner_name, o.rolsuper AS superuser,
       o.rolcreaterole AND current_setting('server_version_num')::int < 160000 AS create_role
FROM relation AS r
JOIN role AS o ON o.oid = r.relowner
JOIN pg_rewrite AS w ON w.ev_class = r.oid
JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE r.relkind = 'm' AND d.refobjid >= 16384
UNION
SELECT 'column:' || r.name || '.' || quote_ident(a.attname), format('%s.%I', r.name, a.attname), d.refobjid::int8, false, o.oid::int8, o.rolname,
       o.rolsuper, o.rolcreaterole AND current_setting('server_version_num')::int < 160000
FROM pg_attrdef AS e
JOIN relation AS r ON r.oid = e.adrelid
JOIN role AS o ON o.oid = r.relowner
JOIN pg_attribute AS a ON a.attrelid = e.adrelid AND a.attnum = e.adnum AND NOT a.attisdropped
JOIN pg_depend AS d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384
  AND ((d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid)
       OR (d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.objsubid = e.adnum))
WHERE r.relkind <> 'r' OR pg_relation_size(r.oid) > 0
ORDER BY 1, 3

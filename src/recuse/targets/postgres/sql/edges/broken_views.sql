-- broken views: a view shows nothing while its owner lacks SELECT on something that it reads. Who may grant that (`grants:T/O`) makes it
-- show all that it reads, also what is another's.
, broken AS (
  SELECT DISTINCT r.oid, r.name, r.schema, r.relowner, r.relacl, pg_get_userbyid(v.relowner) AS reader
  FROM relation AS v
  JOIN role AS o ON o.oid = v.relowner AND NOT o.rolsuper
  JOIN pg_rewrite AS w ON w.ev_class = v.oid AND w.ev_type = '1'
  JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
  JOIN relation AS r ON r.oid = d.refobjid AND r.oid <> v.oid
  WHERE v.relkind = 'v' AND NOT has_table_privilege(v.relowner, r.oid, 'SELECT')
)
SELECT 'role:' || g.grantor AS source, 'grants:' || b.name || '/' || b.reader AS target, g.kind,
       format('%I %s %s, and can grant SELECT on it to %I', g.grantor, g.may, b.name, b.reader) AS reason,
       format('GRANT SELECT ON %s TO %I', b.name, b.reader) AS attempt, ARRAY[b.schema] AS needs
FROM broken AS b
CROSS JOIN LATERAL (
  SELECT pg_get_userbyid(b.relowner), 'ownership', 'owns'
  UNION ALL
  SELECT pg_get_userbyid(a.grantee), 'grant SELECT', 'has the grant option on'
  FROM aclexplode(b.relacl) AS a
  WHERE a.privilege_type = 'SELECT' AND a.is_grantable AND a.grantee NOT IN (0, b.relowner)
) AS g (grantor, kind, may)

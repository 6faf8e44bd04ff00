-- extensions that lead outside: who may call their functions sends what it reads to other servers, past every record here.
SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source, 'outward:' AS target,
       'grant EXECUTE' AS kind,
       format('%s may call functions of the extension %s',
              CASE a.grantee WHEN 0 THEN 'everyone' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, e.extname) AS reason
FROM pg_extension AS e
JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
WHERE e.extname IN ('http', 'pg_net', 'pg_curl', 'pg_smtp_client', 'aws_s3', 'aws_lambda', 'azure_storage')
  AND NOT EXISTS (SELECT FROM role AS s WHERE s.oid = a.grantee AND s.rolsuper)

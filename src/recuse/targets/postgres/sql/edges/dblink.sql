-- dblink: who may connect to another server by a function: with a secret (`connects:secret`), as everyone may by default, or
-- with whatever lets the server itself in (`connects:trust`), which only a superuser may unless it was granted out.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       CASE p.proname WHEN 'dblink_connect_u' THEN 'connects:trust' ELSE 'connects:secret' END AS target,
       CASE a.grantee WHEN p.proowner THEN 'ownership' ELSE 'grant EXECUTE' END AS kind,
       CASE WHEN p.proacl IS NULL AND a.grantee = 0
            THEN format('EXECUTE on %I.%I was never revoked from PUBLIC', n.nspname, p.proname)
            ELSE format('%I granted EXECUTE on %I.%I', pg_get_userbyid(a.grantor), n.nspname, p.proname) END AS reason,
       ARRAY['schema:' || quote_ident(n.nspname)] AS needs,
       CASE WHEN a.grantor = p.proowner AND a.grantee <> p.proowner THEN
         ARRAY['grant', 'function', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, n.nspname, p.proname, oidvectortypes(p.proargtypes)]::text[] END AS ends
FROM pg_extension AS e
JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
JOIN pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
WHERE e.extname = 'dblink' AND p.pronargs = 2
  AND p.proname IN ('dblink', 'dblink_connect', 'dblink_exec', 'dblink_send_query', 'dblink_connect_u')

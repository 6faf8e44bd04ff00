-- default privileges: what the next object will grant by itself. It reads nothing that exists today.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       'future:' || coalesce(quote_ident(n.nspname), '*') || CASE d.defaclobjtype WHEN 'r' THEN '.tables' ELSE '.functions' END
         AS target,
       'default privilege' AS kind,
       format('the next %s that %I makes in %s grants %s to %s',
              CASE d.defaclobjtype WHEN 'r' THEN 'table' ELSE 'function' END, pg_get_userbyid(d.defaclrole),
              coalesce('schema ' || quote_ident(n.nspname), 'any schema'), a.privilege_type,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS reason,
       ARRAY['default', pg_get_userbyid(d.defaclrole), n.nspname, CASE d.defaclobjtype WHEN 'r' THEN 'tables' ELSE 'functions' END, a.privilege_type,
             CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END]::text[] AS ends
FROM pg_default_acl AS d
LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace
CROSS JOIN aclexplode(d.defaclacl) AS a
WHERE d.defaclobjtype IN ('r', 'f') AND a.privilege_type IN ('SELECT', 'EXECUTE') AND a.grantee <> d.defaclrole

-- What each role's next objects will grant to others than itself.
SELECT o.rolname, n.nspname::text, d.defaclobjtype::text, x.privilege_type,
       CASE x.grantee WHEN 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(x.grantee) END::text
FROM pg_catalog.pg_default_acl d
JOIN pg_catalog.pg_roles o ON o.oid = d.defaclrole
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) x
WHERE x.grantee <> d.defaclrole
  -- An entry for all schemas replaces the built-in default, so EXECUTE to PUBLIC in it adds nothing of its own.
  AND NOT (d.defaclnamespace = 0 AND d.defaclobjtype = 'f' AND x.grantee = 0)
  AND NOT (d.defaclnamespace = 0 AND d.defaclobjtype = 'T' AND x.grantee = 0);

-- exempt: roles that no row policy binds, with the attribute that says so.
SELECT rolname AS role, CASE WHEN rolsuper THEN 'is a superuser' ELSE 'has BYPASSRLS' END AS reason
FROM role WHERE rolsuper OR rolbypassrls

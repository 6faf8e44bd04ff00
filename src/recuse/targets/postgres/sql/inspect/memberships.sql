-- Every membership by every grantor, with its own options (PostgreSQL 16 and newer).
SELECT r.rolname, m.rolname, g.rolname, a.admin_option, a.inherit_option, a.set_option
FROM pg_catalog.pg_auth_members a
JOIN pg_catalog.pg_roles r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles m ON m.oid = a.member
JOIN pg_catalog.pg_roles g ON g.oid = a.grantor
WHERE m.rolname !~ '^pg_';

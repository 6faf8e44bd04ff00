-- Every membership: below PostgreSQL 16 the member's own attribute says whether it inherits, and SET ROLE is always allowed.
SELECT r.rolname, m.rolname, coalesce(g.rolname, ''), a.admin_option, m.rolinherit, true
FROM pg_catalog.pg_auth_members a
JOIN pg_catalog.pg_roles r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles m ON m.oid = a.member
LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantor
WHERE m.rolname !~ '^pg_';

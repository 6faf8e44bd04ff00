-- Roles of ours that something in another database of the server depends on: an object it owns, a grant, a row policy.
SELECT DISTINCT r.rolname
FROM pg_catalog.pg_shdepend s
JOIN pg_catalog.pg_roles r ON s.refclassid = 'pg_catalog.pg_authid'::regclass AND r.oid = s.refobjid
WHERE r.rolname ^@ 'recuse_' AND s.dbid <> 0
  AND s.dbid <> (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database());

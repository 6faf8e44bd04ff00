-- Schemas of users and their owners.
SELECT n.nspname, o.rolname
FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles o ON o.oid = n.nspowner
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';

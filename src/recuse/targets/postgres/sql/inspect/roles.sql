-- Every role that is not predefined, with the attributes that decide about access.
SELECT rolname, rolcanlogin, rolsuper, rolinherit, rolbypassrls, rolcreaterole, rolcreatedb,
       rolreplication, oid::bigint
FROM pg_catalog.pg_roles
WHERE rolname !~ '^pg_'
ORDER BY rolname COLLATE "C";

-- attributes: what a role may do by its own attributes, which are never inherited: PUBLIC, SUPERUSER, CREATEROLE and CREATEDB.
-- Until PostgreSQL 15 CREATEROLE may grant itself any role but a superuser's; from 16 it needs the ADMIN OPTION.
SELECT node AS source, 'public:' AS target, 'PUBLIC' AS kind, 'every role is part of PUBLIC' AS reason,
       NULL AS attempt, rolname AS only_as, NULL AS identity, NULL::text[] AS ends
FROM role
UNION ALL
SELECT node, 'superuser:', 'superuser', format('%I is a superuser: no rule of the database binds it', rolname),
       NULL, rolname, NULL, ARRAY['attribute', rolname, 'superuser']
FROM role WHERE rolsuper
UNION ALL
SELECT node, 'createrole:', 'CREATEROLE', format('%I has CREATEROLE', rolname), NULL, rolname, NULL,
       ARRAY['attribute', rolname, 'create_role']
FROM role WHERE rolcreaterole AND NOT rolsuper AND current_setting('server_version_num')::int < 160000
UNION ALL
SELECT 'createrole:', node, 'CREATEROLE', format('before PostgreSQL 16 CREATEROLE may grant itself %I', rolname),
       format('GRANT %I TO SESSION_USER; SET ROLE %1$I', rolname), NULL, rolname, NULL
FROM role
WHERE NOT rolsuper AND rolname <> 'pg_database_owner' AND current_setting('server_version_num')::int < 160000
UNION ALL
-- A template may be copied by anyone with CREATEDB, whoever may connect to it; the copy keeps its grants and has a new owner.
SELECT r.node, 'role:pg_database_owner', 'CREATEDB',
       format('%I has CREATEDB, may copy %I, which is a template, and owns the copy', r.rolname, d.datname),
       CASE WHEN r.rolcanlogin THEN format('CREATE DATABASE recuse_reach TEMPLATE %I; \connect -reuse-previous=on "user=''%s'' dbname=recuse_reach"',
                                           d.datname, replace(r.rolname, '''', '\''')) END, r.rolname, NULL, ARRAY['attribute', r.rolname, 'create_db']
FROM role AS r JOIN pg_database AS d ON d.datname = current_database() AND d.datistemplate
WHERE r.rolcreatedb AND NOT r.rolsuper

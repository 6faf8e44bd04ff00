-- attributes: what a role may do by its own attributes, which are never inherited: PUBLIC, SUPERUSER and CREATEROLE.
-- Until PostgreSQL 15 CREATEROLE may grant itself any role but a superuser's; from 16 it needs the ADMIN OPTION.
SELECT node AS source, 'public:' AS target, 'PUBLIC' AS kind, 'every role is part of PUBLIC' AS reason,
       NULL AS attempt, rolname AS only_as, NULL AS identity
FROM role
UNION ALL
SELECT node, 'superuser:', 'superuser', format('%I is a superuser: no rule of the database binds it', rolname),
       NULL, rolname, NULL
FROM role WHERE rolsuper
UNION ALL
SELECT node, 'createrole:', 'CREATEROLE', format('%I has CREATEROLE', rolname), NULL, rolname, NULL
FROM role WHERE rolcreaterole AND NOT rolsuper AND current_setting('server_version_num')::int < 160000
UNION ALL
SELECT 'createrole:', node, 'CREATEROLE', format('before PostgreSQL 16 CREATEROLE may grant itself %I', rolname),
       format('GRANT %I TO SESSION_USER; SET ROLE %1$I', rolname), NULL, rolname
FROM role
WHERE NOT rolsuper AND rolname <> 'pg_database_owner' AND current_setting('server_version_num')::int < 160000

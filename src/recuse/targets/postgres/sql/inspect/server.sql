-- The server: its version, the database, who we are, and the bootstrap superuser (the recorded grantor of a superuser's role grants).
SELECT current_setting('server_version_num')::int, current_database()::text, current_user::text,
       (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
       (SELECT rolname::text FROM pg_catalog.pg_roles WHERE oid = 10),
       to_regclass('recuse.account') IS NOT NULL

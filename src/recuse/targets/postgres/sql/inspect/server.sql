-- The server: its version, the database, who we are, and the bootstrap superuser (the recorded grantor of a superuser's role grants).
SELECT current_setting('server_version_num')::int, current_database()::text, current_user::text,
       (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
       (SELECT rolname::text FROM pg_catalog.pg_roles WHERE oid = 10),
       (SELECT count(*)::int FROM unnest(ARRAY['support', 'account', 'declaration', 'permit']) t (name)
        WHERE to_regclass('recuse.' || t.name) IS NOT NULL
          -- version 3 added one table, and functions that use it
          AND (to_regprocedure('recuse.examined(boolean)') IS NULL OR to_regclass('recuse.seen') IS NOT NULL OR t.name = 'support')
          -- version 2 added two tables and, with them, this column
          AND (NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = to_regclass('recuse.account')
                           AND a.attname = 'gateway' AND NOT a.attisdropped)
               OR (to_regclass('recuse.gateway_key') IS NOT NULL AND to_regclass('recuse.used') IS NOT NULL)
               OR t.name = 'support')
          -- version 3 added a table, which these functions read
          AND (to_regproc('recuse.moved') IS NULL OR to_regclass('recuse.identity') IS NOT NULL OR t.name = 'support'))

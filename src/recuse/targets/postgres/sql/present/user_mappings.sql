-- user mappings: they hold accounts of other servers.
SELECT string_agg(srvname || ' for ' || coalesce(usename, 'PUBLIC'), ', ' ORDER BY srvname, usename) FROM pg_user_mappings

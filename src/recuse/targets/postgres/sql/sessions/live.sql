-- Every process of the server that acts for a login and may hold something of this database: a client, a sender of changes (which
-- belongs to no database), a worker of either. A login that was dropped has no name any more; its sessions live on with what they hold.
SELECT a.pid, coalesce(r.rolname::text, format('(dropped login, object id %s)', a.usesysid)) AS login,
       coalesce(a.backend_type, 'client backend') AS kind, a.backend_start AS since, r.oid IS NULL AS dropped
FROM pg_catalog.pg_stat_activity a
LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
WHERE a.usesysid <> 0 AND a.pid <> pg_catalog.pg_backend_pid()
  AND coalesce(a.datname, pg_catalog.current_database()) = pg_catalog.current_database()
ORDER BY a.backend_start, a.pid;

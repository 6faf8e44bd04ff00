-- Signals every process that acts for one of these logins, or for one that was dropped, and began before this moment; one that is not
-- gone yet is signalled again. Workers are signalled too: one that outlived its leader would read on.
SELECT a.pid, coalesce(r.rolname::text, format('(dropped login, object id %%s)', a.usesysid)) AS login,
       a.backend_type AS kind, coalesce(a.state, '') AS state, a.query_start, coalesce(a.query, '') AS query,
       pg_catalog.pg_terminate_backend(a.pid)
FROM pg_catalog.pg_stat_activity a
LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
WHERE a.usesysid <> 0 AND a.pid <> pg_catalog.pg_backend_pid()
  AND (r.rolname::text = ANY (%s) OR r.oid IS NULL) AND a.backend_start < %s
ORDER BY a.backend_start, a.pid;

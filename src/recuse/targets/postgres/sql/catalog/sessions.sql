-- sessions: client connections to this database. Their open cursors, set roles and copies cannot be seen; a start that is
-- hidden (NULL) from this account counts as old.
SELECT a.usename AS account, a.pid, a.backend_start AS since, a.state
FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.usename IS NOT NULL AND a.pid <> pg_backend_pid()
  AND coalesce(a.backend_type, 'client backend') = 'client backend'
ORDER BY a.backend_start, a.pid

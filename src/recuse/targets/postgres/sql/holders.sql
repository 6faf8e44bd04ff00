-- Who holds a lock on one of these relations, the oldest transaction first; a prepared transaction has no process. No
-- query text leaves the server: of a vacuum only whether it prevents wraparound, since then it gives way to nobody.
SELECT n.nspname || '.' || c.relname, coalesce(a.leader_pid, l.pid), coalesce(a.usename, p.owner)::text,
       coalesce(a.xact_start, p.prepared),
       coalesce(CASE WHEN a.backend_type IN ('client backend', 'parallel worker') THEN a.state ELSE a.backend_type END, ''),
       p.gid,
       coalesce(a.backend_type = 'autovacuum worker' AND pg_catalog.strpos(a.query, '(to prevent wraparound)') > 0, false)
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
LEFT JOIN pg_catalog.pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
     AND x.virtualtransaction = l.virtualtransaction
LEFT JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = x.transactionid
WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  AND n.nspname || '.' || c.relname = ANY (%s)
ORDER BY 4 NULLS LAST, 2, 1;

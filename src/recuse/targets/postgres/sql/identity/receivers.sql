-- receivers: the standbys that receive this server's changes now. One that replays nothing (an archive) is none, nor is a subscriber.
SELECT coalesce(nullif(r.application_name, ''), r.client_addr::text, 'a process'),
       pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), r.replay_lsn)::bigint, extract(epoch FROM r.replay_lag)::float8
FROM pg_catalog.pg_stat_replication r
WHERE r.replay_lsn IS NOT NULL
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical')
ORDER BY 1

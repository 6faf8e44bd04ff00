-- standbys: another server answers with the grants that it has replayed.
SELECT format('`%s` receives every change as `%s`%s: what is revoked here counts there once it is replayed, so run `recuse reach` there too',
              coalesce(nullif(application_name, ''), client_addr::text, 'a process'), usename,
              coalesce(', ' || pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                                               replay_lsn) || ' bytes behind', ''))
FROM pg_stat_replication
UNION ALL
SELECT format('this server is a standby: its grants are those of its primary when it last replayed a change%s%s',
              coalesce(', of ' || date_trunc('second', pg_last_xact_replay_timestamp()), ''),
              CASE WHEN pg_is_wal_replay_paused() THEN '; replaying is paused' ELSE '' END)
WHERE pg_is_in_recovery()

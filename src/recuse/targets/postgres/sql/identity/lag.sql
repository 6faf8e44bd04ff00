-- lag: how many bytes of changes up to this position a standby has not replayed, and how old the last change is that it has.
SELECT greatest(pg_catalog.pg_wal_lsn_diff(%s::pg_lsn, pg_catalog.pg_last_wal_replay_lsn()), 0)::bigint,
       extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())::float8

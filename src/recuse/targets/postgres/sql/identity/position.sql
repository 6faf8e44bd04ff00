-- position: which cluster this is, and up to where its changes are written (on a standby: replayed), by its own clock.
SELECT (SELECT s.system_identifier FROM pg_catalog.pg_control_system() s), pg_catalog.pg_is_in_recovery(),
       (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END)::text,
       pg_catalog.clock_timestamp(), pg_catalog.pg_postmaster_start_time(), pg_catalog.current_database()::text

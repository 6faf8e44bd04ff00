-- G52: functions closed to PUBLIC, given out: they tell names, sizes and counters, or ask for a superuser inside.
CREATE EXTENSION pageinspect;
CREATE EXTENSION pgstattuple;
CREATE EXTENSION amcheck;
CREATE EXTENSION pg_visibility;
CREATE EXTENSION pg_buffercache;
CREATE EXTENSION pg_freespacemap;
CREATE EXTENSION pg_surgery;
CREATE INDEX ON cpd.person (ssn);
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ice;
GRANT EXECUTE ON FUNCTION pg_ls_dir(text), pg_stat_file(text), pg_ls_waldir(), pg_ls_logdir(), pg_current_logfile(),
  pg_read_file(text), pg_hba_file_rules(), pg_show_all_file_settings(), pg_reload_conf(), pg_switch_wal(),
  pg_stat_reset() TO ice;
GRANT pg_stat_scan_tables, pg_read_all_settings, pg_signal_backend, pg_read_server_files TO ice;
ANALYZE cpd.person;
CHECKPOINT;

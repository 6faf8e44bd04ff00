-- Predefined roles that show no rows: what they see of others is noted as a weakness.
GRANT pg_monitor, pg_read_all_settings, pg_read_all_stats, pg_stat_scan_tables, pg_signal_backend, pg_write_server_files TO ice;
CREATE EXTENSION pgstattuple;
CREATE EXTENSION pgrowlocks;
ANALYZE cpd.person;

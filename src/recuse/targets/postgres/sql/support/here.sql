-- Where this is: what no copy of the database has in common with it, as far as a server can tell. The timeline is that of the next
-- record written, since the control file has a promotion only after its checkpoint; a server in recovery writes none, and may know late.
CREATE OR REPLACE FUNCTION recuse.here(
  OUT system_identifier bigint, OUT timeline bigint, OUT database_oid oid, OUT base_backup text,
  OUT recovering boolean, OUT restoring boolean, OUT fed boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  may_look constant boolean := has_function_privilege('pg_stat_file(text, boolean)', 'EXECUTE');
BEGIN
  system_identifier := (SELECT s.system_identifier FROM pg_control_system() s);
  database_oid := (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  recovering := pg_is_in_recovery();
  IF NOT recovering THEN
    timeline := ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint;
    IF may_look THEN
      base_backup := (SELECT format('%s %s', extract(epoch FROM f.modification), f.size)
                      FROM pg_stat_file('backup_label.old', true) f WHERE f.size IS NOT NULL);
    END IF;
    RETURN;
  END IF;
  timeline := greatest((SELECT c.timeline_id FROM pg_control_checkpoint() c),
                       (SELECT r.min_recovery_end_timeline FROM pg_control_recovery() r));
  restoring := concat(current_setting('recovery_target'), current_setting('recovery_target_time'), current_setting('recovery_target_xid'),
                      current_setting('recovery_target_name'), current_setting('recovery_target_lsn')) <> '';
  IF may_look AND NOT restoring THEN
    restoring := (SELECT f.size IS NOT NULL FROM pg_stat_file('recovery.signal', true) f);
  END IF;
  fed := EXISTS (SELECT FROM pg_stat_get_wal_receiver() w WHERE w.pid IS NOT NULL)
         OR coalesce(pg_last_xact_replay_timestamp() > clock_timestamp() - interval '1 hour', false);
END
$recuse$;

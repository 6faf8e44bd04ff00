-- guards-off: settings of the server that switch off what guards it.
SELECT format('%s is %s: %s', s.name, s.setting, w.what)
FROM pg_settings AS s JOIN (VALUES
  ('event_triggers', 'off', 'no event trigger runs'),
  ('allow_system_table_mods', 'on', 'a superuser can change the catalogs by hand, past every record of grants'),
  ('session_replication_role', 'replica', 'triggers and foreign keys are off'),
  ('lo_compat_privileges', 'on', 'everyone reads every large object')
) AS w (name, setting, what) ON w.name = s.name AND w.setting = s.setting

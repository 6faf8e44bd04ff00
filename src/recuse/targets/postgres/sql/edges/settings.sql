-- stored settings: what a login or a database is set to when somebody connects, and secrets kept in settings, which everyone can read.
-- A stored `role` is no step of its own: the server asks for the right to SET ROLE when the login connects.
SELECT CASE s.setrole WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(s.setrole) END AS source, m.target, 'stored setting' AS kind,
       format('%s is set to %s, which %s', coalesce('the login ' || quote_ident(r.rolname), 'every login'), c.setting, m.what) AS reason
FROM pg_db_role_setting AS s
LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
LEFT JOIN role AS r ON r.oid = s.setrole
CROSS JOIN unnest(s.setconfig) AS c (setting)
JOIN (VALUES
  ('^session_replication_role=(replica|local)$', 'silenced:', 'switches triggers off'),
  ('^event_triggers=(off|false|no|0)$', 'silenced:', 'switches event triggers off'),
  ('^log_statement=none$|^pgaudit\.log=("?none"?)?$|^track_activities=(off|false|no|0)$', 'silenced:', 'switches a record off'),
  ('^lo_compat_privileges=(on|true|yes|1)$', 'objects:', 'opens every large object')
) AS m (setting, target, what) ON c.setting ~ m.setting
WHERE s.setdatabase = 0 OR d.datname = current_database()
UNION ALL
SELECT 'public:', 'objects:', 'stored setting', 'lo_compat_privileges is on, which opens every large object'
WHERE current_setting('lo_compat_privileges')::bool
UNION ALL
SELECT 'public:', 'secrets:', 'stored setting',
       format('the setting %s of %s looks like a secret, and everyone can read it', split_part(c.setting, '=', 1),
              concat_ws(' in ', coalesce(quote_ident(r.rolname), 'every login'), quote_ident(d.datname)))
FROM pg_db_role_setting AS s
LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
LEFT JOIN role AS r ON r.oid = s.setrole
CROSS JOIN unnest(s.setconfig) AS c (setting)
WHERE split_part(c.setting, '=', 1) ~* '\..*(secret|passw|token|jwt|api_?key|private|credential)'

-- Settings that decide what is logged and whether triggers run: of this session, and stored for roles and databases.
SELECT s.name, s.setting
FROM pg_settings s
WHERE s.name IN ('event_triggers', 'logging_collector', 'log_connections', 'log_destination', 'log_directory', 'log_disconnections',
                 'log_filename', 'log_min_duration_statement', 'log_min_messages', 'log_min_error_statement', 'log_statement',
                 'pgaudit.log', 'session_preload_libraries', 'session_replication_role', 'shared_preload_libraries')
UNION ALL
SELECT format('%s of %s in %s', split_part(c.setting, '=', 1), coalesce(r.rolname, 'all roles'), coalesce(d.datname, 'all databases')),
       substr(c.setting, strpos(c.setting, '=') + 1)
FROM pg_db_role_setting s
CROSS JOIN LATERAL unnest(s.setconfig) c (setting)
LEFT JOIN pg_roles r ON r.oid = s.setrole
LEFT JOIN pg_database d ON d.oid = s.setdatabase
WHERE c.setting ~ '^(log_|event_triggers|pgaudit\.|session_replication_role|session_preload_libraries)'
ORDER BY 1;

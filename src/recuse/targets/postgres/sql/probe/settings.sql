-- What a login's sessions begin with and what may change which rows they read: its role, row_security, and settings of nobody's
-- but the users', which row policies may ask about. In the order in which a later one counts.
SELECT split_part(setting, '=', 1) AS name, substr(setting, strpos(setting, '=') + 1) AS value
FROM pg_db_role_setting s
JOIN pg_roles r ON r.rolname = %s
CROSS JOIN unnest(s.setconfig) AS setting
WHERE s.setrole IN (0, r.oid)
  AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
  AND split_part(setting, '=', 1) ~ '^(role|row_security|.*[.].*)$'
ORDER BY s.setrole <> 0, s.setdatabase <> 0;

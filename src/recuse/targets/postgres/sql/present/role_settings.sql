-- settings that change the role at login: they make a login another role.
SELECT string_agg(coalesce(r.rolname, 'every account') || ' (' || c.setting || ')', ', ')
FROM pg_db_role_setting AS s LEFT JOIN pg_roles AS r ON r.oid = s.setrole, unnest(s.setconfig) AS c (setting)
WHERE c.setting ~* '^(role|session_authorization)='

-- user mappings: as which account of the other server whoever is mapped arrives ('' is PUBLIC), and whether with a password.
-- The password itself is never asked for. Options that this account may not see are NULL, and so is `shown` then.
SELECT quote_ident(m.srvname) AS server, CASE m.umuser WHEN 0 THEN '' ELSE pg_get_userbyid(m.umuser) END::text AS mapped,
       (SELECT o.option_value FROM pg_options_to_table(m.umoptions) AS o WHERE o.option_name = 'user') AS remote,
       EXISTS (SELECT FROM pg_options_to_table(m.umoptions) AS o
               WHERE o.option_name = 'password' AND o.option_value <> '') AS password,
       NOT EXISTS (SELECT FROM pg_options_to_table(m.umoptions) AS o
                   WHERE o.option_name = 'password_required' AND o.option_value ~* '^(f|false|off|no|n|0)$') AS required,
       m.umoptions IS NOT NULL OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS shown
FROM pg_user_mappings AS m
ORDER BY m.srvname, 2

-- mapped passwords: the password in each user mapping that this account is shown, to judge it; kept nowhere.
SELECT quote_ident(m.srvname) AS server, CASE m.umuser WHEN 0 THEN '' ELSE pg_get_userbyid(m.umuser) END::text AS mapped,
       o.role, o.password
FROM pg_user_mappings AS m
CROSS JOIN LATERAL (
  SELECT max(option_value) FILTER (WHERE option_name = 'user') AS role,
         max(option_value) FILTER (WHERE option_name = 'password') AS password
  FROM pg_options_to_table(m.umoptions)
) AS o
WHERE o.role IS NOT NULL AND o.password <> ''

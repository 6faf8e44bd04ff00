-- kept passwords: what a superuser sees of each password in a user mapping: it, and the verifier of the account of this
-- server that it may be of. They are compared at once and kept nowhere.
SELECT quote_ident(m.srvname) AS server, CASE m.umuser WHEN 0 THEN '' ELSE pg_get_userbyid(m.umuser) END::text AS mapped,
       o.password, a.rolname::text AS role, a.rolpassword AS verifier, a.rolvaliduntil < now() AS expired
FROM pg_user_mappings AS m
CROSS JOIN LATERAL (
  SELECT max(option_value) FILTER (WHERE option_name = 'user') AS "user",
         max(option_value) FILTER (WHERE option_name = 'password') AS password
  FROM pg_options_to_table(m.umoptions)
) AS o
JOIN pg_authid AS a ON a.rolname = o."user"
WHERE o.password <> ''

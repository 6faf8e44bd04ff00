-- foreign tables: whose they are, other than superusers, and which of the options that say what they show are set.
SELECT quote_ident(s.srvname) AS server, r.name, o.rolname AS owner, r.schema AS usage,
       ARRAY(SELECT option_name FROM pg_options_to_table(f.ftoptions)) AS options, c.relispartition AS partition
FROM relation AS r
JOIN pg_class AS c ON c.oid = r.oid
JOIN pg_foreign_table AS f ON f.ftrelid = r.oid
JOIN pg_foreign_server AS s ON s.oid = f.ftserver
JOIN role AS o ON o.oid = r.relowner AND NOT o.rolsuper
ORDER BY r.name

-- foreign columns: which column of which relation of the other server each column of a foreign table shows.
SELECT quote_ident(s.srvname) AS server, r.name, 'column:' || r.name || '.' || quote_ident(a.attname) AS column,
       format('%I.%I', coalesce(remote.schema_name, n.nspname), coalesce(remote.table_name, r.relname)) AS relation,
       quote_ident(coalesce((SELECT o.option_value FROM pg_options_to_table(a.attfdwoptions) AS o
                             WHERE o.option_name = 'column_name'), a.attname)) AS shows
FROM relation AS r
JOIN pg_class AS c ON c.oid = r.oid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_foreign_table AS f ON f.ftrelid = r.oid
JOIN pg_foreign_server AS s ON s.oid = f.ftserver
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN LATERAL (
  SELECT max(o.option_value) FILTER (WHERE o.option_name = 'schema_name') AS schema_name,
         max(o.option_value) FILTER (WHERE o.option_name = 'table_name') AS table_name
  FROM pg_options_to_table(f.ftoptions) AS o
) AS remote
ORDER BY r.name, a.attnum

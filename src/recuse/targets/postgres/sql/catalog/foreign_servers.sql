-- foreign servers: where each leads, by the options that a connection takes, and by which program its tables are read.
SELECT quote_ident(s.srvname) AS name, s.srvname::text AS written, pg_get_userbyid(s.srvowner)::text AS owner,
       coalesce((SELECT p.proname FROM pg_proc AS p WHERE p.oid = w.fdwhandler), '')::text AS handler,
       coalesce((SELECT jsonb_object_agg(o.option_name, o.option_value)
                 FROM (SELECT * FROM pg_options_to_table(w.fdwoptions) UNION ALL SELECT * FROM pg_options_to_table(s.srvoptions)) AS o
                 WHERE o.option_name IN ('host', 'hostaddr', 'port', 'dbname', 'service', 'user')), '{}') AS options
FROM pg_foreign_server AS s JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
ORDER BY s.srvname

-- Event triggers under our names, and whether each is what we made: a superuser's, of our function, which is a superuser's as well, and
-- on in every session.
SELECT e.evtname::text,
       e.evtevent = CASE WHEN e.evtname ^@ 'recuse_close_' OR e.evtname ^@ 'recuse_report_' THEN 'sql_drop' ELSE 'ddl_command_end' END
       AND e.evtenabled = 'A' AND o.rolsuper AND f.rolsuper AND e.evtfoid = to_regproc('recuse.new_objects'),
       coalesce(e.evttags, '{}')::text[]
FROM pg_catalog.pg_event_trigger e
JOIN pg_catalog.pg_roles o ON o.oid = e.evtowner
JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
JOIN pg_catalog.pg_roles f ON f.oid = p.proowner
WHERE e.evtname IN ('recuse_report', 'recuse_close', 'recuse_report_dropped', 'recuse_close_dropped');

-- The server's clock, its databases, when a session other than ours last ran a statement (null where this may not be seen), and
-- whether an apply is at work on this database.
SELECT clock_timestamp(),
       (SELECT array_agg(d.datname::text ORDER BY d.datname) FROM pg_database d),
       (SELECT max(a.query_start) FROM pg_stat_activity a
        WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid() AND a.application_name <> 'recuse'),
       EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
               WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1919247221 AND l.objid = 1935998977);

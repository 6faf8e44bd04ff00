-- The server's log file of now and its size, where the server writes one.
SELECT l.name, f.size FROM (SELECT pg_current_logfile() AS name) l, LATERAL pg_stat_file(l.name, true) f WHERE l.name IS NOT NULL;

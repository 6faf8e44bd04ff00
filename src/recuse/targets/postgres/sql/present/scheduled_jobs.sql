-- scheduled jobs: they run as somebody, later.
SELECT string_agg(extname, ', ' ORDER BY extname) FROM pg_extension
WHERE extname IN ('pg_cron', 'pgagent', 'pg_timetable', 'pg_partman', 'pgq', 'timescaledb')

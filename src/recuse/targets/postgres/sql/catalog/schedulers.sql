-- schedulers: the tables in which schedulers keep the statements of their jobs, as far as they are here.
SELECT r.name
FROM relation AS r
WHERE r.relkind = 'r' AND r.name IN ('cron.job', 'pgagent.pga_jobstep', 'timetable.task')

-- steps of jobs of pgAgent in this database, as far as they are SQL.
SELECT to_jsonb(j) ->> 'jstname' AS name, j.jstcode AS text
FROM pgagent.pga_jobstep AS j
WHERE coalesce(to_jsonb(j) ->> 'jstdbname', '') IN ('', current_database()) AND coalesce(to_jsonb(j) ->> 'jstkind', 's') = 's'

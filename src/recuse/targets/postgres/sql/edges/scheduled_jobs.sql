-- scheduled jobs: a table of jobs says which statement runs as whom, so who writes it runs statements as anyone: cron.job (pg_cron),
-- pgagent.pga_jobstep, timetable.task (pg_timetable), bgw_job (timescaledb). A function that schedules asks for more by itself.
, jobs AS (
  SELECT r.oid, r.name, r.schema, r.relowner, r.relacl
  FROM relation AS r
  WHERE r.relkind = 'r' AND r.name IN ('cron.job', 'pgagent.pga_jobstep', 'timetable.task', '_timescaledb_config.bgw_job',
                                       '_timescaledb_catalog.bgw_job')
    AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = r.oid AND a.attname IN ('command', 'jstcode', 'proc_name'))
    AND NOT (r.relrowsecurity AND NOT EXISTS (  -- pg_cron's own policy: a job runs as who wrote it
      SELECT FROM pg_policy AS p
      WHERE p.polrelid = r.oid AND p.polpermissive AND p.polcmd <> 'r'
        AND pg_get_expr(coalesce(p.polwithcheck, p.polqual), r.oid) !~ '^\(username = \(?CURRENT_USER\)?(::text)?\)$'))
)
SELECT CASE g.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(g.grantee) END AS source, 'superuser:' AS target,
       'scheduled job' AS kind,
       format('%s of %s runs any statement as anyone, at its time', CASE WHEN g.grantee = j.relowner THEN 'the owner' ELSE g.privilege_type END,
              j.name) AS reason,
       format('-- put a statement, and whom it runs as, into %s', j.name) AS attempt, ARRAY[j.schema] AS needs, '' AS identity
FROM jobs AS j
CROSS JOIN LATERAL (
  SELECT oid AS grantee, 'INSERT' AS privilege_type FROM role WHERE rolname = 'pg_write_all_data'
  UNION
  SELECT a.grantee, a.privilege_type FROM aclexplode(coalesce(j.relacl, acldefault('r', j.relowner))) AS a
  UNION
  SELECT a.grantee, a.privilege_type FROM pg_attribute AS c, aclexplode(c.attacl) AS a WHERE c.attrelid = j.oid
) AS g
WHERE g.privilege_type IN ('INSERT', 'UPDATE') AND NOT EXISTS (SELECT FROM role AS s WHERE s.oid = g.grantee AND s.rolsuper)

-- jobs of pg_cron in this database.
SELECT coalesce(to_jsonb(j) ->> 'jobname', j.jobid::text) AS name, j.command AS text FROM cron.job AS j WHERE j.database = current_database()

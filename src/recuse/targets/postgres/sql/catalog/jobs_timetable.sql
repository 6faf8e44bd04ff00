-- tasks of pg_timetable, as far as they are SQL.
SELECT coalesce(to_jsonb(j) ->> 'task_name', to_jsonb(j) ->> 'task_id') AS name, j.command AS text
FROM timetable.task AS j WHERE coalesce(to_jsonb(j) ->> 'kind', 'SQL') = 'SQL'

-- archives: changes and files that leave the server by themselves.
SELECT 'every change is archived: whoever reads the archive reads every row' WHERE current_setting('archive_mode') <> 'off'
UNION ALL
SELECT format('a base backup is running now as process %s: it holds every row', pid) FROM pg_stat_progress_basebackup

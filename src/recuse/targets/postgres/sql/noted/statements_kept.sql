-- statements-kept: logs and views keep statements with the values in them, beyond every grant.
SELECT format('the server log keeps statements with their values (%s = %s): whoever reads it reads them', name, setting)
FROM pg_settings
WHERE (name = 'log_statement' AND setting IN ('mod', 'all'))
   OR (name IN ('log_min_duration_statement', 'log_min_duration_sample', 'auto_explain.log_min_duration') AND setting <> '-1')
UNION ALL
SELECT 'pg_stat_statements keeps statements, and shows those of others to accounts with pg_read_all_stats'
WHERE EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')

-- pg_stat_statements: it keeps statements, with what stands in them.
SELECT extversion FROM pg_extension WHERE extname = 'pg_stat_statements'

-- identity maps: pg_hba.conf lets people in under other names, and before PostgreSQL 15 the server does not show which.
-- until: 14
-- right: SELECT on pg_hba_file_rules and EXECUTE on pg_hba_file_rules()
SELECT string_agg(format('line %s', line_number), ', ') FROM pg_hba_file_rules
WHERE array_to_string(options, ' ') LIKE '%map=%'

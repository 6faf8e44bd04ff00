-- host lines: the lines of pg_hba.conf in their order: for which connections each is, and what it asks of them.
SELECT type, database AS databases, user_name AS users, address, netmask, auth_method AS method
FROM pg_hba_file_rules WHERE error IS NULL
ORDER BY coalesce((to_jsonb(pg_hba_file_rules) ->> 'rule_number')::int, line_number)

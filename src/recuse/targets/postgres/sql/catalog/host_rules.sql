-- host rules: lines of pg_hba.conf that let a person in as an account without a secret.
SELECT 'host rules' AS mechanism,
       string_agg(format('line %s (%s)', line_number, auth_method), ', ' ORDER BY line_number) AS detail
FROM pg_hba_file_rules WHERE auth_method IN ('trust', 'peer', 'ident') AND error IS NULL

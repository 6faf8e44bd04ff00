-- principals.csv: every role, and public, which stands for everyone.
-- Reads catalogs alone. Run as: psql -XAtq -d service=… -f principals.sql -o principals.csv
WITH record (fields) AS (
  SELECT ARRAY[rolname, CASE WHEN rolcanlogin THEN 'login' ELSE 'role' END, CASE WHEN rolcanlogin THEN 'yes' ELSE 'no' END,
               CASE WHEN rolname ~ '^pg_' THEN 'yes' ELSE 'no' END]
  FROM pg_roles
  UNION ALL
  SELECT ARRAY['public', 'everyone', 'no', 'yes']
)
SELECT line FROM (
  SELECT 0 AS part, '"name","kind","active","builtin"' AS line
  UNION ALL
  SELECT 1, '"' || replace(replace(array_to_string(fields, E'\x1f', ''), '"', '""'), E'\x1f', '","') || '"' FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","",""' FROM record
) AS file
ORDER BY part, line;

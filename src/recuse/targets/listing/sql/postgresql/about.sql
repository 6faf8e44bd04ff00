-- about.csv: what is exported, and when.
-- Reads catalogs alone. Run as: psql -XAtq -d service=… -f about.sql -o about.csv
WITH record (fields) AS (
  SELECT ARRAY['1', 'postgresql', current_setting('server_version'), current_database(),
               to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), session_user, 'whole']
)
SELECT line FROM (
  SELECT 0 AS part, '"shape","engine","version","database","exported_at","exported_by","scope"' AS line
  UNION ALL
  SELECT 1, '"' || replace(replace(array_to_string(fields, E'\x1f', ''), '"', '""'), E'\x1f', '","') || '"' FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","","","",""' FROM record
) AS file
ORDER BY part, line;

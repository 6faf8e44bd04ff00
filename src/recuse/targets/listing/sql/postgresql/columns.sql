-- columns.csv: the columns of relations.
-- Reads catalogs alone. Run as: psql -XAtq -d service=… -f columns.sql -o columns.csv
WITH users AS (
  SELECT * FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp|catalog$)' AND nspname <> 'information_schema'
), record (fields) AS (
  SELECT ARRAY[n.nspname, c.relname, a.attname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum)::text,
               format_type(a.atttypid, a.atttypmod)]
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN users AS n ON n.oid = c.relnamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
)
SELECT line FROM (
  SELECT 0 AS part, '"schema","object","column","position","type"' AS line
  UNION ALL
  SELECT 1, '"' || replace(replace(array_to_string(fields, E'\x1f', ''), '"', '""'), E'\x1f', '","') || '"' FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","",""' FROM record
) AS file
ORDER BY part, line;

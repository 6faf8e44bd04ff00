-- uses.csv: what the queries of views and materialized views name, by column where the catalog has it.
-- Reads catalogs alone. Run as: psql -XAtq -d service=… -f uses.sql -o uses.csv
WITH users AS (
  SELECT * FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp|catalog$)' AND nspname <> 'information_schema'
), record (fields) AS (
  SELECT DISTINCT ARRAY[n.nspname, c.relname, un.nspname, u.relname, a.attname]
  FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class JOIN users AS n ON n.oid = c.relnamespace
  JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class AS u ON u.oid = d.refobjid AND u.oid <> c.oid JOIN users AS un ON un.oid = u.relnamespace
  LEFT JOIN pg_attribute AS a ON a.attrelid = u.oid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
  WHERE r.ev_type = '1' AND c.relkind IN ('v', 'm') AND u.relkind IN ('r', 'p', 'v', 'm', 'f')
)
SELECT line FROM (
  SELECT 0 AS part, '"schema","object","uses_schema","uses_object","uses_column"' AS line
  UNION ALL
  SELECT 1, '"' || replace(replace(array_to_string(fields, E'\x1f', ''), '"', '""'), E'\x1f', '","') || '"' FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","",""' FROM record
) AS file
ORDER BY part, line;

-- objects.csv: schemas, relations and routines of users, runs_as is the owner where a view or function asks the owner's rights.
-- Reads catalogs alone. Run as: psql -XAtq -d service=… -f objects.sql -o objects.csv
WITH users AS (
  SELECT * FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp|catalog$)' AND nspname <> 'information_schema'
), record (fields) AS (
  SELECT ARRAY[n.nspname, NULL, 'schema', pg_get_userbyid(n.nspowner), NULL, 'no']
  FROM users AS n
  UNION ALL
  SELECT ARRAY[n.nspname, c.relname, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
               pg_get_userbyid(c.relowner),
               CASE WHEN c.relkind = 'v' AND NOT coalesce((SELECT o.option_value::bool FROM pg_options_to_table(c.reloptions) AS o
                                                           WHERE o.option_name = 'security_invoker'), false)
                    THEN pg_get_userbyid(c.relowner) END,
               CASE WHEN c.relrowsecurity THEN 'yes' ELSE 'no' END]
  FROM pg_class AS c JOIN users AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  UNION ALL
  SELECT ARRAY[n.nspname, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), 'routine',
               pg_get_userbyid(p.proowner), CASE WHEN p.prosecdef THEN pg_get_userbyid(p.proowner) END, 'no']
  FROM pg_proc AS p JOIN users AS n ON n.oid = p.pronamespace
)
SELECT line FROM (
  SELECT 0 AS part, '"schema","name","kind","owner","runs_as","filtered"' AS line
  UNION ALL
  SELECT 1, '"' || replace(replace(array_to_string(fields, E'\x1f', ''), '"', '""'), E'\x1f', '","') || '"' FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","","",""' FROM record
) AS file
ORDER BY part, line;

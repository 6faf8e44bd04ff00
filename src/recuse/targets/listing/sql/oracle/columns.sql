-- columns.csv: the visible columns of tables, views and materialized views.
-- Not run here: written from Oracle's documentation for 12.2 and newer, and never tried on a server by who wrote it.
-- Reads the dictionary alone, needs SELECT_CATALOG_ROLE. README.txt says how to run it with SQL*Plus.
WITH ours AS (
  SELECT username FROM dba_users WHERE oracle_maintained = 'N'
), thing AS (
  SELECT o.owner, o.object_name, o.object_type
  FROM dba_objects o
  WHERE o.owner IN (SELECT username FROM ours)
    AND o.object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW', 'PROCEDURE', 'FUNCTION', 'PACKAGE')
    AND NOT (o.object_type = 'TABLE' AND EXISTS (
      SELECT NULL FROM dba_mviews m WHERE m.owner = o.owner AND m.mview_name = o.object_name))
), record AS (
  SELECT c.owner AS schema_name, c.table_name AS object_name, c.column_name, to_char(c.column_id) AS position,
         c.data_type AS type_name
  FROM dba_tab_columns c JOIN thing t ON t.owner = c.owner AND t.object_name = c.table_name
  WHERE t.object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW')
)
SELECT line FROM (
  SELECT 0 AS part, '"schema","object","column","position","type"' AS line FROM dual
  UNION ALL
  SELECT 1, '"' || schema_name || '","' || object_name || '","'
        || column_name || '","' || position || '","' || type_name || '"'
  FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","",""' FROM record
)
ORDER BY part, line;

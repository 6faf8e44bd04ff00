-- columns.csv: the columns of tables and views.
-- Not run here: written from Microsoft's documentation for 2016 and newer, and never tried on a server by who wrote it.
-- Reads catalog views alone, needs VIEW ANY DEFINITION and VIEW SERVER STATE. README.txt says how to run it with sqlcmd.
SET NOCOUNT ON;
WITH thing AS (
  SELECT o.object_id, s.name AS schema_name, o.name, o.type, coalesce(o.principal_id, s.principal_id) AS owner_id
  FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
  WHERE o.is_ms_shipped = 0 AND o.type IN ('U', 'ET', 'V', 'SN', 'P', 'PC', 'FN', 'FS', 'IF', 'TF', 'FT')
), record AS (
  SELECT t.schema_name, t.name AS object_name, c.name AS column_name, cast(c.column_id AS nvarchar(10)) AS position,
         type_name(c.user_type_id) AS type_name
  FROM thing AS t JOIN sys.columns AS c ON c.object_id = t.object_id
  WHERE t.type IN ('U', 'ET', 'V')
)
SELECT cast(line AS nvarchar(4000)) AS line FROM (
  SELECT 0 AS part, '"schema","object","column","position","type"' AS line
  UNION ALL
  SELECT 1, concat(
    coalesce(quotename(schema_name, '"'), '""'), ',', coalesce(quotename(object_name, '"'), '""'), ',',
    coalesce(quotename(column_name, '"'), '""'), ',', coalesce(quotename(position, '"'), '""'), ',',
    coalesce(quotename(type_name, '"'), '""'))
  FROM record
  UNION ALL
  SELECT 2, concat('"end","', count(*), '","","",""') FROM record
) AS listed
ORDER BY part, line;

-- uses.csv: what views, modules and synonyms name in static SQL, within this database.
-- Not run here: written from Microsoft's documentation for 2016 and newer, and never tried on a server by who wrote it.
-- Reads catalog views alone, needs VIEW ANY DEFINITION and VIEW SERVER STATE. README.txt says how to run it with sqlcmd.
SET NOCOUNT ON;
WITH thing AS (
  SELECT o.object_id, s.name AS schema_name, o.name, o.type, coalesce(o.principal_id, s.principal_id) AS owner_id
  FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
  WHERE o.is_ms_shipped = 0 AND o.type IN ('U', 'ET', 'V', 'SN', 'P', 'PC', 'FN', 'FS', 'IF', 'TF', 'FT')
), named AS (
  SELECT d.referencing_id, coalesce(d.referenced_id, object_id(concat(
           quotename(coalesce(nullif(d.referenced_schema_name, ''), t.schema_name)), '.', quotename(d.referenced_entity_name)
         ))) AS referenced_id
  FROM sys.sql_expression_dependencies AS d JOIN thing AS t ON t.object_id = d.referencing_id
  WHERE d.referenced_database_name IS NULL AND d.referenced_server_name IS NULL
  UNION ALL
  SELECT object_id, object_id(base_object_name) FROM sys.synonyms
), record AS (
  SELECT DISTINCT t.schema_name, t.name AS object_name, u.schema_name AS uses_schema, u.name AS uses_object,
         cast(NULL AS nvarchar(128)) AS uses_column
  FROM named AS n
  JOIN thing AS t ON t.object_id = n.referencing_id
  JOIN thing AS u ON u.object_id = n.referenced_id AND u.object_id <> t.object_id
)
SELECT cast(line AS nvarchar(4000)) AS line FROM (
  SELECT 0 AS part, '"schema","object","uses_schema","uses_object","uses_column"' AS line
  UNION ALL
  SELECT 1, concat(
    coalesce(quotename(schema_name, '"'), '""'), ',', coalesce(quotename(object_name, '"'), '""'), ',',
    coalesce(quotename(uses_schema, '"'), '""'), ',', coalesce(quotename(uses_object, '"'), '""'), ',',
    coalesce(quotename(uses_column, '"'), '""'))
  FROM record
  UNION ALL
  SELECT 2, concat('"end","', count(*), '","","",""') FROM record
) AS listed
ORDER BY part, line;

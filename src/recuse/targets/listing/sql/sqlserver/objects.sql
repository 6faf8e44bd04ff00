-- objects.csv: schemas, tables, views, synonyms and modules, the owner is the schema's where none is named.
-- Not run here: written from Microsoft's documentation for 2016 and newer, and never tried on a server by who wrote it.
-- Reads catalog views alone, needs VIEW ANY DEFINITION and VIEW SERVER STATE. README.txt says how to run it with sqlcmd.
SET NOCOUNT ON;
WITH person AS (
  SELECT principal_id, sid, type, authentication_type, is_fixed_role, name AS plain, concat('database:', name) AS name
  FROM sys.database_principals
), thing AS (
  SELECT o.object_id, s.name AS schema_name, o.name, o.type, coalesce(o.principal_id, s.principal_id) AS owner_id
  FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
  WHERE o.is_ms_shipped = 0 AND o.type IN ('U', 'ET', 'V', 'SN', 'P', 'PC', 'FN', 'FS', 'IF', 'TF', 'FT')
), record AS (
  SELECT s.name AS schema_name, cast(NULL AS nvarchar(128)) AS name, 'schema' AS kind, w.name AS owner,
         cast(NULL AS nvarchar(128)) AS runs_as, 'no' AS filtered
  FROM sys.schemas AS s JOIN person AS w ON w.principal_id = s.principal_id
  WHERE s.name NOT IN ('sys', 'INFORMATION_SCHEMA')
  UNION ALL
  SELECT t.schema_name, t.name,
         CASE WHEN t.type IN ('U', 'ET') THEN 'table' WHEN t.type = 'V' THEN 'view' WHEN t.type = 'SN' THEN 'synonym'
           ELSE 'routine' END,
         w.name, e.name,
         CASE WHEN EXISTS (
           SELECT 1 FROM sys.security_predicates AS f JOIN sys.security_policies AS y ON y.object_id = f.object_id
           WHERE f.target_object_id = t.object_id AND y.is_enabled = 1) THEN 'yes' ELSE 'no' END
  FROM thing AS t
  JOIN person AS w ON w.principal_id = t.owner_id
  LEFT JOIN sys.sql_modules AS m ON m.object_id = t.object_id AND t.type <> 'V'
  LEFT JOIN person AS e ON e.principal_id = CASE m.execute_as_principal_id WHEN -2 THEN t.owner_id
    ELSE m.execute_as_principal_id END
)
SELECT cast(line AS nvarchar(4000)) AS line FROM (
  SELECT 0 AS part, '"schema","name","kind","owner","runs_as","filtered"' AS line
  UNION ALL
  SELECT 1, concat(
    coalesce(quotename(schema_name, '"'), '""'), ',', coalesce(quotename(name, '"'), '""'), ',',
    coalesce(quotename(kind, '"'), '""'), ',', coalesce(quotename(owner, '"'), '""'), ',',
    coalesce(quotename(runs_as, '"'), '""'), ',', coalesce(quotename(filtered, '"'), '""'))
  FROM record
  UNION ALL
  SELECT 2, concat('"end","', count(*), '","","","",""') FROM record
) AS listed
ORDER BY part, line;

-- about.csv: what is exported, and when.
-- Not run here: written from Microsoft's documentation for 2016 and newer, and never tried on a server by who wrote it.
-- Reads catalog views alone, needs VIEW ANY DEFINITION and VIEW SERVER STATE. README.txt says how to run it with sqlcmd.
SET NOCOUNT ON;
WITH record AS (
  SELECT '1' AS shape, 'sqlserver' AS engine, cast(serverproperty('ProductVersion') AS nvarchar(60)) AS version,
         db_name() AS database_name, concat(convert(char(19), sysutcdatetime(), 126), 'Z') AS exported_at,
         suser_sname() AS exported_by, 'whole' AS scope
)
SELECT cast(line AS nvarchar(4000)) AS line FROM (
  SELECT 0 AS part, '"shape","engine","version","database","exported_at","exported_by","scope"' AS line
  UNION ALL
  SELECT 1, concat(
    coalesce(quotename(shape, '"'), '""'), ',', coalesce(quotename(engine, '"'), '""'), ',',
    coalesce(quotename(version, '"'), '""'), ',', coalesce(quotename(database_name, '"'), '""'), ',',
    coalesce(quotename(exported_at, '"'), '""'), ',', coalesce(quotename(exported_by, '"'), '""'), ',',
    coalesce(quotename(scope, '"'), '""'))
  FROM record
  UNION ALL
  SELECT 2, concat('"end","', count(*), '","","","","",""') FROM record
) AS listed
ORDER BY part, line;

-- grants.csv: permissions on server, database, schemas, objects, columns and principals, DENY as denied.
-- Not run here: written from Microsoft's documentation for 2016 and newer, and never tried on a server by who wrote it.
-- Reads catalog views alone, needs VIEW ANY DEFINITION and VIEW SERVER STATE. README.txt says how to run it with sqlcmd.
SET NOCOUNT ON;
WITH login AS (
  SELECT principal_id, sid, type, is_disabled, is_fixed_role, name COLLATE DATABASE_DEFAULT AS name FROM sys.server_principals
), person AS (
  SELECT principal_id, sid, type, authentication_type, is_fixed_role, name AS plain, concat('database:', name) AS name
  FROM sys.database_principals
), thing AS (
  SELECT o.object_id, s.name AS schema_name, o.name, o.type, coalesce(o.principal_id, s.principal_id) AS owner_id
  FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
  WHERE o.is_ms_shipped = 0 AND o.type IN ('U', 'ET', 'V', 'SN', 'P', 'PC', 'FN', 'FS', 'IF', 'TF', 'FT')
), record AS (
  SELECT 'server' AS on_what, cast(NULL AS nvarchar(128)) AS schema_name, cast(NULL AS nvarchar(128)) AS object_name,
         cast(NULL AS nvarchar(128)) AS column_name,
         p.permission_name COLLATE DATABASE_DEFAULT AS privilege, g.name AS grantee, w.name AS grantor,
         CASE p.state WHEN 'W' THEN 'yes' ELSE 'no' END AS grantable,
         CASE p.state WHEN 'D' THEN 'yes' ELSE 'no' END AS denied
  FROM sys.server_permissions AS p
  JOIN login AS g ON g.principal_id = p.grantee_principal_id
  JOIN login AS w ON w.principal_id = p.grantor_principal_id
  WHERE p.class = 100 AND p.state IN ('G', 'W', 'D')
  UNION ALL
  SELECT 'principal', NULL, l.name, NULL, p.permission_name COLLATE DATABASE_DEFAULT, g.name, w.name,
         CASE p.state WHEN 'W' THEN 'yes' ELSE 'no' END,
         CASE p.state WHEN 'D' THEN 'yes' ELSE 'no' END
  FROM sys.server_permissions AS p
  JOIN login AS g ON g.principal_id = p.grantee_principal_id
  JOIN login AS w ON w.principal_id = p.grantor_principal_id
  JOIN login AS l ON l.principal_id = p.major_id
  WHERE p.class = 101 AND p.state IN ('G', 'W', 'D')
  UNION ALL
  SELECT 'database', NULL, NULL, NULL, p.permission_name COLLATE DATABASE_DEFAULT, g.name, w.name,
         CASE p.state WHEN 'W' THEN 'yes' ELSE 'no' END,
         CASE p.state WHEN 'D' THEN 'yes' ELSE 'no' END
  FROM sys.database_permissions AS p
  JOIN person AS g ON g.principal_id = p.grantee_principal_id
  JOIN person AS w ON w.principal_id = p.grantor_principal_id
  WHERE p.class = 0 AND p.state IN ('G', 'W', 'D')
  UNION ALL
  SELECT CASE WHEN p.minor_id = 0 THEN 'object' ELSE 'column' END, t.schema_name, t.name, c.name,
         p.permission_name COLLATE DATABASE_DEFAULT, g.name, w.name,
         CASE p.state WHEN 'W' THEN 'yes' ELSE 'no' END,
         CASE p.state WHEN 'D' THEN 'yes' ELSE 'no' END
  FROM sys.database_permissions AS p
  JOIN person AS g ON g.principal_id = p.grantee_principal_id
  JOIN person AS w ON w.principal_id = p.grantor_principal_id
  JOIN thing AS t ON t.object_id = p.major_id
  LEFT JOIN sys.columns AS c ON c.object_id = p.major_id AND c.column_id = p.minor_id
  WHERE p.class = 1 AND p.state IN ('G', 'W', 'D')
  UNION ALL
  SELECT 'schema', s.name, NULL, NULL, p.permission_name COLLATE DATABASE_DEFAULT, g.name, w.name,
         CASE p.state WHEN 'W' THEN 'yes' ELSE 'no' END,
         CASE p.state WHEN 'D' THEN 'yes' ELSE 'no' END
  FROM sys.database_permissions AS p
  JOIN person AS g ON g.principal_id = p.grantee_principal_id
  JOIN person AS w ON w.principal_id = p.grantor_principal_id
  JOIN sys.schemas AS s ON s.schema_id = p.major_id
  WHERE p.class = 3 AND p.state IN ('G', 'W', 'D') AND s.name NOT IN ('sys', 'INFORMATION_SCHEMA')
  UNION ALL
  SELECT 'principal', NULL, u.name, NULL, p.permission_name COLLATE DATABASE_DEFAULT, g.name, w.name,
         CASE p.state WHEN 'W' THEN 'yes' ELSE 'no' END,
         CASE p.state WHEN 'D' THEN 'yes' ELSE 'no' END
  FROM sys.database_permissions AS p
  JOIN person AS g ON g.principal_id = p.grantee_principal_id
  JOIN person AS w ON w.principal_id = p.grantor_principal_id
  JOIN person AS u ON u.principal_id = p.major_id
  WHERE p.class = 4 AND p.state IN ('G', 'W', 'D')
)
SELECT cast(line AS nvarchar(4000)) AS line FROM (
  SELECT 0 AS part, '"on","schema","object","column","privilege","grantee","grantor","grantable","denied"' AS line
  UNION ALL
  SELECT 1, concat(
    coalesce(quotename(on_what, '"'), '""'), ',', coalesce(quotename(schema_name, '"'), '""'), ',',
    coalesce(quotename(object_name, '"'), '""'), ',', coalesce(quotename(column_name, '"'), '""'), ',',
    coalesce(quotename(privilege, '"'), '""'), ',', coalesce(quotename(grantee, '"'), '""'), ',',
    coalesce(quotename(grantor, '"'), '""'), ',', coalesce(quotename(grantable, '"'), '""'), ',',
    coalesce(quotename(denied, '"'), '""'))
  FROM record
  UNION ALL
  SELECT 2, concat('"end","', count(*), '","","","","","","",""') FROM record
) AS listed
ORDER BY part, line;

-- principals.csv: logins and server roles, users and roles of the database as database:NAME.
-- Not run here: written from Microsoft's documentation for 2016 and newer, and never tried on a server by who wrote it.
-- Reads catalog views alone, needs VIEW ANY DEFINITION and VIEW SERVER STATE. README.txt says how to run it with sqlcmd.
SET NOCOUNT ON;
WITH login AS (
  SELECT principal_id, sid, type, is_disabled, is_fixed_role, name COLLATE DATABASE_DEFAULT AS name FROM sys.server_principals
), person AS (
  SELECT principal_id, sid, type, authentication_type, is_fixed_role, name AS plain, concat('database:', name) AS name
  FROM sys.database_principals
), record AS (
  SELECT name, CASE WHEN type <> 'R' THEN 'login' WHEN name = 'public' THEN 'everyone' ELSE 'role' END AS kind,
         CASE WHEN type <> 'R' AND is_disabled = 0 THEN 'yes' ELSE 'no' END AS active,
         CASE WHEN is_fixed_role = 1 OR name = 'public' OR name LIKE '##%##' THEN 'yes' ELSE 'no' END AS builtin
  FROM login
  UNION ALL
  SELECT name,
         CASE WHEN type = 'R' AND plain = 'public' THEN 'everyone' WHEN type IN ('R', 'A') THEN 'role'
           WHEN authentication_type = 2 THEN 'login' ELSE 'user' END,
         CASE WHEN authentication_type = 2 AND type <> 'A' THEN 'yes' ELSE 'no' END,
         CASE WHEN is_fixed_role = 1 OR principal_id < 5 THEN 'yes' ELSE 'no' END
  FROM person
)
SELECT cast(line AS nvarchar(4000)) AS line FROM (
  SELECT 0 AS part, '"name","kind","active","builtin"' AS line
  UNION ALL
  SELECT 1, concat(
    coalesce(quotename(name, '"'), '""'), ',', coalesce(quotename(kind, '"'), '""'), ',',
    coalesce(quotename(active, '"'), '""'), ',', coalesce(quotename(builtin, '"'), '""'))
  FROM record
  UNION ALL
  SELECT 2, concat('"end","', count(*), '","",""') FROM record
) AS listed
ORDER BY part, line;

-- members.csv: members of roles, and each login that is a user of the database.
-- Not run here: written from Microsoft's documentation for 2016 and newer, and never tried on a server by who wrote it.
-- Reads catalog views alone, needs VIEW ANY DEFINITION and VIEW SERVER STATE. README.txt says how to run it with sqlcmd.
SET NOCOUNT ON;
WITH login AS (
  SELECT principal_id, sid, type, is_disabled, is_fixed_role, name COLLATE DATABASE_DEFAULT AS name FROM sys.server_principals
), person AS (
  SELECT principal_id, sid, type, authentication_type, is_fixed_role, name AS plain, concat('database:', name) AS name
  FROM sys.database_principals
), record AS (
  SELECT r.name AS role_name, m.name AS member_name, cast(NULL AS nvarchar(128)) AS grantor, 'no' AS may_admin,
         'yes' AS inherits, 'no' AS may_set
  FROM sys.server_role_members AS x
  JOIN login AS r ON r.principal_id = x.role_principal_id
  JOIN login AS m ON m.principal_id = x.member_principal_id
  UNION ALL
  SELECT r.name, m.name, NULL, 'no', 'yes', 'no'
  FROM sys.database_role_members AS x
  JOIN person AS r ON r.principal_id = x.role_principal_id
  JOIN person AS m ON m.principal_id = x.member_principal_id
  UNION ALL
  SELECT u.name, l.name, NULL, 'no', 'yes', 'no'
  FROM person AS u JOIN login AS l ON l.sid = u.sid
  WHERE u.type NOT IN ('R', 'A') AND l.type <> 'R'
)
SELECT cast(line AS nvarchar(4000)) AS line FROM (
  SELECT 0 AS part, '"role","member","grantor","admin","inherit","set"' AS line
  UNION ALL
  SELECT 1, concat(
    coalesce(quotename(role_name, '"'), '""'), ',', coalesce(quotename(member_name, '"'), '""'), ',',
    coalesce(quotename(grantor, '"'), '""'), ',', coalesce(quotename(may_admin, '"'), '""'), ',',
    coalesce(quotename(inherits, '"'), '""'), ',', coalesce(quotename(may_set, '"'), '""'))
  FROM record
  UNION ALL
  SELECT 2, concat('"end","', count(*), '","","","",""') FROM record
) AS listed
ORDER BY part, line;

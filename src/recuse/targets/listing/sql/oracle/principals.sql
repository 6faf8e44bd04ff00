-- principals.csv: users, roles, and PUBLIC, a locked user, or one that only owns a schema, is not active.
-- Not run here: written from Oracle's documentation for 12.2 and newer, and never tried on a server by who wrote it.
-- Reads the dictionary alone, needs SELECT_CATALOG_ROLE. README.txt says how to run it with SQL*Plus.
WITH record AS (
  SELECT username AS name, 'login' AS kind,
         CASE WHEN account_status LIKE '%LOCKED%' OR authentication_type = 'NONE' THEN 'no' ELSE 'yes' END AS active,
         CASE WHEN oracle_maintained = 'Y' THEN 'yes' ELSE 'no' END AS builtin
  FROM dba_users
  UNION ALL
  SELECT role, 'role', 'no', CASE WHEN oracle_maintained = 'Y' THEN 'yes' ELSE 'no' END FROM dba_roles
  UNION ALL
  SELECT 'PUBLIC', 'everyone', 'no', 'yes' FROM dual
)
SELECT line FROM (
  SELECT 0 AS part, '"name","kind","active","builtin"' AS line FROM dual
  UNION ALL
  SELECT 1, '"' || name || '","' || kind || '","' || active || '","' || builtin || '"'
  FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","",""' FROM record
)
ORDER BY part, line;

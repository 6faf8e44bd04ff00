-- members.csv: roles of users and of roles, a role that is no default role has to be enabled.
-- Not run here: written from Oracle's documentation for 12.2 and newer, and never tried on a server by who wrote it.
-- Reads the dictionary alone, needs SELECT_CATALOG_ROLE. README.txt says how to run it with SQL*Plus.
WITH principal AS (
  SELECT username AS name FROM dba_users UNION ALL SELECT role FROM dba_roles UNION ALL SELECT 'PUBLIC' FROM dual
), record AS (
  SELECT DISTINCT p.granted_role AS role_name, p.grantee AS member_name, NULL AS grantor,
         CASE WHEN p.admin_option = 'YES' THEN 'yes' ELSE 'no' END AS may_admin,
         CASE WHEN p.default_role = 'YES' OR p.grantee IN (SELECT role FROM dba_roles) THEN 'yes' ELSE 'no' END AS inherits,
         'yes' AS may_set
  FROM dba_role_privs p
  WHERE p.granted_role IN (SELECT role FROM dba_roles) AND p.grantee IN (SELECT name FROM principal)
)
SELECT line FROM (
  SELECT 0 AS part, '"role","member","grantor","admin","inherit","set"' AS line FROM dual
  UNION ALL
  SELECT 1, '"' || role_name || '","' || member_name || '","' || grantor
        || '","' || may_admin || '","' || inherits || '","' || may_set || '"'
  FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","","",""' FROM record
)
ORDER BY part, line;

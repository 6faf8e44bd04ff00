-- grants.csv: object, column and system privileges, those of password file users, and who may connect through whom.
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
  SELECT DISTINCT 'object' AS on_what, p.owner AS schema_name, p.table_name AS object_name, NULL AS column_name,
         p.privilege, p.grantee, p.grantor, lower(p.grantable) AS grantable, 'no' AS denied
  FROM dba_tab_privs p JOIN thing t ON t.owner = p.owner AND t.object_name = p.table_name
  UNION ALL
  SELECT DISTINCT 'column', p.owner, p.table_name, p.column_name, p.privilege, p.grantee, p.grantor, lower(p.grantable), 'no'
  FROM dba_col_privs p JOIN thing t ON t.owner = p.owner AND t.object_name = p.table_name
  UNION ALL
  SELECT DISTINCT 'server', NULL, NULL, NULL, p.privilege, p.grantee, NULL, lower(p.admin_option), 'no'
  FROM dba_sys_privs p
  UNION ALL
  SELECT DISTINCT 'server', NULL, NULL, NULL, 'SYSDBA', f.username, NULL, 'no', 'no'
  FROM v$pwfile_users f WHERE f.sysdba = 'TRUE' AND f.username IN (SELECT username FROM dba_users)
  UNION ALL
  SELECT DISTINCT 'server', NULL, NULL, NULL, 'SYSBACKUP', f.username, NULL, 'no', 'no'
  FROM v$pwfile_users f WHERE f.sysbackup = 'TRUE' AND f.username IN (SELECT username FROM dba_users)
  UNION ALL
  SELECT DISTINCT 'principal', NULL, x.client, NULL, 'CONNECT THROUGH', x.proxy, NULL, 'no', 'no'
  FROM proxy_users x
)
SELECT line FROM (
  SELECT 0 AS part, '"on","schema","object","column","privilege","grantee","grantor","grantable","denied"' AS line FROM dual
  UNION ALL
  SELECT 1, '"' || on_what || '","' || schema_name || '","' || object_name || '","' || column_name
        || '","' || privilege || '","' || grantee || '","' || grantor || '","' || grantable || '","' || denied || '"'
  FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","","","","","",""' FROM record
)
ORDER BY part, line;

-- objects.csv: schemas of users that do not come with Oracle, and what lies in them, filtered by a policy of DBMS_RLS.
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
  SELECT username AS schema_name, NULL AS name, 'schema' AS kind, username AS owner, NULL AS runs_as, 'no' AS filtered
  FROM ours
  UNION ALL
  SELECT t.owner, t.object_name,
         CASE t.object_type WHEN 'TABLE' THEN 'table' WHEN 'VIEW' THEN 'view'
           WHEN 'MATERIALIZED VIEW' THEN 'materialized view' ELSE 'routine' END,
         t.owner,
         CASE WHEN t.object_type = 'VIEW' OR EXISTS (
           SELECT NULL FROM dba_procedures u
           WHERE u.owner = t.owner AND u.object_name = t.object_name AND u.authid = 'DEFINER') THEN t.owner END,
         CASE WHEN EXISTS (
           SELECT NULL FROM dba_policies f
           WHERE f.object_owner = t.owner AND f.object_name = t.object_name AND f.enable = 'YES') THEN 'yes' ELSE 'no' END
  FROM thing t
)
SELECT line FROM (
  SELECT 0 AS part, '"schema","name","kind","owner","runs_as","filtered"' AS line FROM dual
  UNION ALL
  SELECT 1, '"' || schema_name || '","' || name || '","' || kind
        || '","' || owner || '","' || runs_as || '","' || filtered || '"'
  FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","","",""' FROM record
)
ORDER BY part, line;

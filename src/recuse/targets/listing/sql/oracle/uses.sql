-- uses.csv: what views and units name in static SQL, a synonym counts as what it stands for.
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
), named AS (
  SELECT d.owner, d.name, coalesce(s.table_owner, d.referenced_owner) AS used_owner,
         coalesce(s.table_name, d.referenced_name) AS used_name
  FROM dba_dependencies d LEFT JOIN dba_synonyms s
    ON d.referenced_type = 'SYNONYM' AND s.owner = d.referenced_owner AND s.synonym_name = d.referenced_name
  WHERE d.type IN ('VIEW', 'MATERIALIZED VIEW', 'PROCEDURE', 'FUNCTION', 'PACKAGE', 'PACKAGE BODY')
), record AS (
  SELECT DISTINCT n.owner AS schema_name, n.name AS object_name, n.used_owner AS uses_schema, n.used_name AS uses_object,
         NULL AS uses_column
  FROM named n
  JOIN thing t ON t.owner = n.owner AND t.object_name = n.name AND t.object_type <> 'TABLE'
  JOIN thing u ON u.owner = n.used_owner AND u.object_name = n.used_name
  WHERE NOT (n.used_owner = n.owner AND n.used_name = n.name)
)
SELECT line FROM (
  SELECT 0 AS part, '"schema","object","uses_schema","uses_object","uses_column"' AS line FROM dual
  UNION ALL
  SELECT 1, '"' || schema_name || '","' || object_name || '","'
        || uses_schema || '","' || uses_object || '","' || uses_column || '"'
  FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","",""' FROM record
)
ORDER BY part, line;

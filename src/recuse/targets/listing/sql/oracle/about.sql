-- about.csv: what is exported, and when.
-- Not run here: written from Oracle's documentation for 12.2 and newer, and never tried on a server by who wrote it.
-- Reads the dictionary alone, needs SELECT_CATALOG_ROLE. README.txt says how to run it with SQL*Plus.
WITH record AS (
  SELECT '1' AS shape, 'oracle' AS engine,
         (SELECT max(version) FROM product_component_version WHERE product LIKE 'Oracle%') AS version,
         sys_context('USERENV', 'DB_NAME') AS database_name,
         to_char(sys_extract_utc(systimestamp), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS exported_at,
         sys_context('USERENV', 'SESSION_USER') AS exported_by, 'whole' AS scope
  FROM dual
)
SELECT line FROM (
  SELECT 0 AS part, '"shape","engine","version","database","exported_at","exported_by","scope"' AS line FROM dual
  UNION ALL
  SELECT 1, '"' || shape || '","' || engine || '","' || version || '","'
        || database_name || '","' || exported_at || '","' || exported_by || '","' || scope || '"'
  FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","","","",""' FROM record
)
ORDER BY part, line;

-- present.csv: what this shape does not describe: `recuse reach` on the running server examines it.
-- Reads catalogs alone. Run as: psql -XAtq -d service=… -f present.sql -o present.csv
WITH users AS (
  SELECT * FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp|catalog$)' AND nspname <> 'information_schema'
), record (fields) AS (
  SELECT ARRAY[code, NULL, format('%s: %s of them', sentence, count(*))]
  FROM (
    SELECT 'definer-routine' AS code, 'functions that run with the rights of their owner' AS sentence
    FROM pg_proc AS p JOIN users AS n ON n.oid = p.pronamespace WHERE p.prosecdef
    UNION ALL SELECT 'trigger', 'triggers' FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'event-trigger', 'event triggers' FROM pg_event_trigger
    UNION ALL SELECT 'rule', 'rules on tables and views' FROM pg_rules WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema'
    UNION ALL SELECT 'row-policy', 'row policies' FROM pg_policy
    UNION ALL SELECT 'foreign-server', 'servers that foreign tables read' FROM pg_foreign_server
    UNION ALL SELECT 'inheritance', 'partitions and child tables' FROM pg_inherits
    UNION ALL SELECT 'publication', 'publications' FROM pg_publication
    UNION ALL SELECT 'role-attribute', 'roles with CREATEROLE, REPLICATION or BYPASSRLS, and no superusers'
    FROM pg_roles WHERE (rolcreaterole OR rolreplication OR rolbypassrls) AND NOT rolsuper
    UNION ALL SELECT 'default-privilege', 'default privileges' FROM pg_default_acl
  ) AS found
  GROUP BY code, sentence
)
SELECT line FROM (
  SELECT 0 AS part, '"code","object","sentence"' AS line
  UNION ALL
  SELECT 1, '"' || replace(replace(array_to_string(fields, E'\x1f', ''), '"', '""'), E'\x1f', '","') || '"' FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '",""' FROM record
) AS file
ORDER BY part, line;

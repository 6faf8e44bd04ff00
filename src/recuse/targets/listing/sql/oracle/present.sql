-- present.csv: what this shape does not describe.
-- Not run here: written from Oracle's documentation for 12.2 and newer, and never tried on a server by who wrote it.
-- Reads the dictionary alone, needs SELECT_CATALOG_ROLE. README.txt says how to run it with SQL*Plus.
WITH ours AS (
  SELECT username FROM dba_users WHERE oracle_maintained = 'N'
), record AS (
  SELECT 'row-policy' AS code, f.object_owner || '.' || f.object_name AS object_name,
         'the policy ' || f.policy_name || ' (' || f.function || ') decides about rows' AS sentence
  FROM dba_policies f WHERE f.object_owner IN (SELECT username FROM ours)
  UNION ALL
  SELECT 'dynamic-sql', NULL, 'units with definer rights, whose SQL made at run time was not read: ' || count(*) || ' of them'
  FROM dba_procedures WHERE authid = 'DEFINER' AND owner IN (SELECT username FROM ours)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'trigger', NULL, 'triggers: ' || count(*) || ' of them'
  FROM dba_triggers WHERE owner IN (SELECT username FROM ours)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'scheduler-job', NULL, 'scheduled jobs: ' || count(*) || ' of them'
  FROM dba_scheduler_jobs WHERE owner IN (SELECT username FROM ours)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'database-link', NULL, 'links to other databases: ' || count(*) || ' of them'
  FROM dba_db_links
  HAVING count(*) > 0
  UNION ALL
  SELECT 'remote-synonym', NULL, 'synonyms that lead through a link, or to another synonym: ' || count(*) || ' of them'
  FROM dba_synonyms s
  WHERE s.db_link IS NOT NULL OR (s.table_owner IN (SELECT username FROM ours) AND EXISTS (
    SELECT NULL FROM dba_synonyms o WHERE o.owner = s.table_owner AND o.synonym_name = s.table_name))
  HAVING count(*) > 0
  UNION ALL
  SELECT 'external-table', NULL, 'external tables, which read files: ' || count(*) || ' of them'
  FROM dba_external_tables WHERE owner IN (SELECT username FROM ours)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'directory', NULL, 'directories that users may read or write: ' || count(*) || ' of them'
  FROM dba_tab_privs WHERE type = 'DIRECTORY' AND grantee IN (SELECT username FROM ours)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'guarded-role', NULL, 'roles with a password, or that a package enables: ' || count(*) || ' of them'
  FROM dba_roles WHERE password_required <> 'NO' AND oracle_maintained = 'N'
  HAVING count(*) > 0
  UNION ALL
  SELECT 'redaction', NULL, 'redaction policies: ' || count(*) || ' of them'
  FROM redaction_policies
  HAVING count(*) > 0
  UNION ALL
  SELECT 'other-object', NULL, 'queues, types, clusters and Java classes of users, with grants of their own: ' || count(*) || ' of them'
  FROM dba_objects
  WHERE object_type IN ('QUEUE', 'TYPE', 'JAVA CLASS', 'CLUSTER') AND owner IN (SELECT username FROM ours)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'option', NULL, 'the option ' || parameter || ' is on, and was not looked into'
  FROM v$option WHERE value = 'TRUE' AND parameter IN ('Oracle Database Vault', 'Oracle Label Security')
  UNION ALL
  SELECT 'container', NULL, 'this is one container of several: common users and roles may have rights from the root'
  FROM v$database WHERE cdb = 'YES'
)
SELECT line FROM (
  SELECT 0 AS part, '"code","object","sentence"' AS line FROM dual
  UNION ALL
  SELECT 1, '"' || code || '","' || object_name || '","' || sentence || '"'
  FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '",""' FROM record
)
ORDER BY part, line;

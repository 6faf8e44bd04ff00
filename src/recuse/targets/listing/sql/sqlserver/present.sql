-- present.csv: what this shape does not describe.
-- Not run here: written from Microsoft's documentation for 2016 and newer, and never tried on a server by who wrote it.
-- Reads catalog views alone, needs VIEW ANY DEFINITION and VIEW SERVER STATE. README.txt says how to run it with sqlcmd.
SET NOCOUNT ON;
WITH record AS (
  SELECT 'security-policy' AS code, object_name(f.target_object_id) AS object_name,
         concat('the security policy ', y.name, ' decides about rows') AS sentence
  FROM sys.security_policies AS y JOIN sys.security_predicates AS f ON f.object_id = y.object_id
  GROUP BY y.name, f.target_object_id
  UNION ALL
  SELECT 'dynamic-sql', NULL, concat('modules, whose SQL made at run time was not read: ', count(*), ' of them')
  FROM sys.sql_modules AS m JOIN sys.objects AS o ON o.object_id = m.object_id AND o.is_ms_shipped = 0 AND o.type <> 'V'
  HAVING count(*) > 0
  UNION ALL
  SELECT 'trigger', NULL, concat('triggers: ', count(*), ' of them')
  FROM sys.triggers WHERE is_ms_shipped = 0
  HAVING count(*) > 0
  UNION ALL
  SELECT 'signed-module', NULL, concat('modules with a signature, which adds the rights of a certificate or key: ', count(*), ' of them')
  FROM sys.crypt_properties
  HAVING count(*) > 0
  UNION ALL
  SELECT 'windows-group', NULL, concat('Windows or directory groups that may log in, and who is in them stands elsewhere: ', count(*), ' of them')
  FROM sys.server_principals WHERE type IN ('G', 'X')
  HAVING count(*) > 0
  UNION ALL
  SELECT 'application-role', NULL, concat('application roles, which whoever knows the password takes on: ', count(*), ' of them')
  FROM sys.database_principals WHERE type = 'A'
  HAVING count(*) > 0
  UNION ALL
  SELECT 'orphaned-user', NULL, concat('users of the database whose login is gone: ', count(*), ' of them')
  FROM sys.database_principals AS u
  WHERE u.type = 'S' AND u.authentication_type = 1 AND u.principal_id > 4
    AND NOT EXISTS (SELECT 1 FROM sys.server_principals AS l WHERE l.sid = u.sid)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'other-database', NULL, concat('objects that name another database or server: ', count(*), ' of them')
  FROM sys.sql_expression_dependencies
  WHERE referenced_database_name IS NOT NULL OR referenced_server_name IS NOT NULL
  HAVING count(*) > 0
  UNION ALL
  SELECT 'remote-synonym', NULL, concat('synonyms that stand for nothing in this database: ', count(*), ' of them')
  FROM sys.synonyms WHERE object_id(base_object_name) IS NULL
    OR parsename(base_object_name, 3) <> db_name() OR parsename(base_object_name, 4) IS NOT NULL
  HAVING count(*) > 0
  UNION ALL
  SELECT 'unresolved-name', NULL, concat('names in modules that the catalog does not resolve: ', count(*), ' of them')
  FROM sys.sql_expression_dependencies
  WHERE referenced_id IS NULL AND referenced_database_name IS NULL AND referenced_class = 1
  HAVING count(*) > 0
  UNION ALL
  SELECT 'linked-server', NULL, concat('linked servers: ', count(*), ' of them')
  FROM sys.servers WHERE is_linked = 1
  HAVING count(*) > 0
  UNION ALL
  SELECT 'chaining-across-databases', NULL, concat('settings by which owners chain across databases: ', count(*), ' of them')
  FROM (
    SELECT name FROM sys.databases WHERE database_id = db_id() AND is_db_chaining_on = 1
    UNION ALL
    SELECT name FROM sys.configurations WHERE name = 'cross db ownership chaining' AND cast(value_in_use AS int) = 1
  ) AS setting
  HAVING count(*) > 0
  UNION ALL
  SELECT 'trustworthy', NULL, concat('databases marked TRUSTWORTHY, whose owner answers for impersonation elsewhere: ', count(*), ' of them')
  FROM sys.databases WHERE database_id = db_id() AND is_trustworthy_on = 1
  HAVING count(*) > 0
  UNION ALL
  SELECT 'column-exception', NULL, concat('permissions taken from single columns of an object granted as a whole: ', count(*), ' of them')
  FROM sys.database_permissions WHERE state = 'R'
  HAVING count(*) > 0
  UNION ALL
  SELECT 'other-securable', NULL, concat('permissions on certificates, keys, types, assemblies and the like: ', count(*), ' of them')
  FROM sys.database_permissions WHERE class NOT IN (0, 1, 3, 4)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'column-mask', NULL, concat('columns under a mask, which UNMASK lifts: ', count(*), ' of them')
  FROM sys.masked_columns WHERE is_masked = 1
  HAVING count(*) > 0
  UNION ALL
  SELECT 'column-encryption', NULL, concat('columns under Always Encrypted: ', count(*), ' of them')
  FROM sys.columns WHERE encryption_type IS NOT NULL
  HAVING count(*) > 0
  UNION ALL
  SELECT 'change-capture', NULL, concat('tables whose changes are kept as copies: ', count(*), ' of them')
  FROM sys.tables WHERE is_tracked_by_cdc = 1 OR temporal_type = 2
  HAVING count(*) > 0
  UNION ALL
  SELECT 'replication', NULL, concat('tables that are published: ', count(*), ' of them')
  FROM sys.tables WHERE is_published = 1 OR is_replicated = 1
  HAVING count(*) > 0
  UNION ALL
  SELECT 'assembly', NULL, concat('CLR assemblies of users: ', count(*), ' of them')
  FROM sys.assemblies WHERE is_user_defined = 1
  HAVING count(*) > 0
  UNION ALL
  SELECT 'agent-jobs', NULL, 'jobs of SQL Server Agent, and what they run as, lie in msdb and are not exported'
  UNION ALL
  SELECT 'other-databases', NULL, 'other databases of the server are not in this export'
)
SELECT cast(line AS nvarchar(4000)) AS line FROM (
  SELECT 0 AS part, '"code","object","sentence"' AS line
  UNION ALL
  SELECT 1, concat(
    coalesce(quotename(code, '"'), '""'), ',', coalesce(quotename(object_name, '"'), '""'), ',',
    concat('"', replace(sentence, '"', '""'), '"'))
  FROM record
  UNION ALL
  SELECT 2, concat('"end","', count(*), '",""') FROM record
) AS listed
ORDER BY part, line;

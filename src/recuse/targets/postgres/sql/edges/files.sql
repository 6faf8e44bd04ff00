-- server files: who can read the files that hold the tables: by a program run on the server, or by a function that reads
-- files and was granted out. pg_read_server_files alone cannot (COPY refuses the zero bytes of a table's file).
SELECT 'role:pg_execute_server_program' AS source, 'programs:' AS target, 'predefined role' AS kind,
       'pg_execute_server_program runs programs as the operating system account of the server' AS reason,
       NULL AS attempt, NULL AS identity
UNION ALL
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END, 'files:', 'grant EXECUTE',
       format('%I granted EXECUTE on %s', pg_get_userbyid(a.grantor), p.oid::regprocedure), NULL, NULL
FROM pg_proc AS p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname IN ('pg_read_file', 'pg_read_binary_file', 'lo_import')
  AND a.grantee <> p.proowner
UNION ALL
SELECT way.source, r.node, 'server files',
       format('the rows of %s lie in the file %s', r.name, pg_relation_filepath(r.oid)), way.attempt, ''
FROM relation AS r
CROSS JOIN LATERAL (VALUES
  ('files:', format('SELECT pg_read_binary_file(%L)', pg_relation_filepath(r.oid))),
  ('programs:', format('CREATE TEMPORARY TABLE recuse_reach (line text); COPY recuse_reach FROM PROGRAM %L; '
                       'SELECT line FROM recuse_reach', 'base64 ' || pg_relation_filepath(r.oid)))
) AS way (source, attempt)
WHERE r.relkind IN ('r', 'm')
UNION ALL
SELECT 'role:pg_' || k.what || '_server_files', 'server:', 'server files',
       format('pg_%s_server_files %ss files of the server: dumps, logs, settings', k.what, k.what), NULL, NULL
FROM unnest(ARRAY['read', 'write']) AS k (what)
UNION ALL
SELECT 'role:pg_read_all_stats', 'activity:', 'predefined role',
       'pg_read_all_stats sees the statements that other sessions run, with the values in them', NULL, NULL

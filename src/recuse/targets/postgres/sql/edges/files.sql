-- server files: who can read the files that hold the tables by a program run on the server. pg_read_server_files alone cannot
-- (COPY refuses the zero bytes of a table's file); what it and pg_write_server_files can is a weakness, no path.
SELECT 'role:pg_execute_server_program' AS source, 'programs:' AS target, 'predefined role' AS kind,
       'pg_execute_server_program runs programs as the operating system account of the server' AS reason,
       NULL AS attempt, NULL AS identity
UNION ALL
SELECT 'programs:', r.node, 'server files',
       format('the rows of %s lie in the file %s', r.name, pg_relation_filepath(r.oid)),
       format('CREATE TEMPORARY TABLE recuse_reach (line text); COPY recuse_reach FROM PROGRAM %L; '
              'SELECT line FROM recuse_reach', 'base64 ' || pg_relation_filepath(r.oid)), ''
FROM relation AS r
WHERE r.relkind IN ('r', 'm')
UNION ALL
SELECT 'role:pg_read_server_files', 'server:', 'server files',
       'pg_read_server_files reads files of the server: dumps, logs, settings', NULL, NULL
UNION ALL
SELECT 'role:pg_write_server_files', 'server-written:', 'server files',
       'pg_write_server_files writes files of the server: pg_hba.conf too, which counts from the next reload', NULL, NULL

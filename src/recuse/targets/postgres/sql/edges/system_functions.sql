-- system functions: EXECUTE given out on what reads or writes files of the server, by whatever name: a function in the language
-- `internal` is the function of the server whose symbol it names, and asks that one's grants no more.
-- `binary` reads any file, `import` into a large object, `part` any part without a zero byte; `text` reads only whole files
-- of text, which a table's is not; `settings` the files of settings; `wal` shows rows in the log; `write` writes. All others that are closed to PUBLIC give
-- names, sizes, counters and switches, and no data.
, known (symbol, what) AS (VALUES
  ('pg_read_binary_file_all', 'binary'), ('pg_read_binary_file_all_missing', 'binary'), ('pg_read_binary_file', 'binary'),
  ('pg_read_binary_file_off_len', 'binary'), ('pg_read_binary_file_off_len_missing', 'binary'),
  ('be_lo_import', 'import'), ('be_lo_import_with_oid', 'import'),
  ('pg_read_file_off_len', 'part'), ('pg_read_file_off_len_missing', 'part'), ('pg_read_file_v2', 'part'),
  ('pg_read_file_all', 'text'), ('pg_read_file_all_missing', 'text'),
  ('show_all_file_settings', 'settings'), ('pg_get_wal_block_info', 'wal'), ('be_lo_export', 'write'), ('pg_file_write_v1_1', 'write'), ('pg_file_write', 'write'),
  ('pg_file_rename_v1_1', 'write'), ('pg_file_rename', 'write')
), given AS (
  SELECT p.oid, k.what, 'function:' || f.name AS node, f.name, quote_ident(n.nspname) AS schema, n.nspname, p.proname,
         format('%I.%I', n.nspname, p.proname) AS called, p.proargtypes, p.proowner, p.proacl
  FROM pg_proc AS p
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
  JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname IN ('internal', 'c')
  JOIN known AS k ON k.symbol = p.prosrc
  CROSS JOIN LATERAL (SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))) AS f (name)
  WHERE EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee <> p.proowner)
)
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source, g.node AS target,
       'grant EXECUTE' AS kind,
       CASE WHEN g.proacl IS NULL THEN format('EXECUTE on %s was never revoked from PUBLIC', g.name)
            ELSE format('%I granted EXECUTE on %s', pg_get_userbyid(a.grantor), g.name) END AS reason,
       NULL AS attempt, ARRAY['schema:' || g.schema] AS needs, NULL AS identity,
       CASE WHEN a.grantor = g.proowner THEN
         ARRAY['grant', 'function', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, g.nspname, g.proname, oidvectortypes(g.proargtypes)]::text[] END AS ends
FROM given AS g, aclexplode(coalesce(g.proacl, acldefault('f', g.proowner))) AS a
WHERE a.grantee <> g.proowner
UNION ALL
SELECT g.node, r.node, 'server files', format('the rows of %s lie in the file %s', r.name, path.name),
       CASE g.what
         WHEN 'binary' THEN format('SELECT %s(%s)', g.called, given.arguments)
         WHEN 'import' THEN format('VALUES (%s(%s)); SELECT lo_get(max(oid)) FROM pg_largeobject_metadata', g.called, given.arguments)
         ELSE format(E'DO $recuse$ DECLARE byte text;\nseen text := \'\';\nBEGIN FOR n IN 0 .. %s LOOP BEGIN byte := %s(%L, n, 1%s);\n'
                     'EXCEPTION WHEN OTHERS THEN byte := \'\';\nEND;\nseen := seen || byte;\nEND LOOP;\n'
                     'RAISE NOTICE \'%%\', seen;\nEND $recuse$',
                     least(pg_relation_size(r.oid), 1000000) - 1, g.called, path.name,
                     CASE WHEN 'bool'::regtype = ANY (g.proargtypes) THEN ', true' END)
       END, NULL, '', NULL
FROM given AS g
CROSS JOIN relation AS r
CROSS JOIN LATERAL (SELECT pg_relation_filepath(r.oid)) AS path (name)
CROSS JOIN LATERAL (
  SELECT string_agg(CASE t.type WHEN 'text'::regtype THEN quote_literal(path.name) WHEN 'bool'::regtype THEN 'true'
                                WHEN 'oid'::regtype THEN '0' ELSE CASE t.position WHEN 2 THEN '0' ELSE '1000000' END END,
                    ', ' ORDER BY t.position)
  FROM unnest(g.proargtypes) WITH ORDINALITY AS t (type, position)
) AS given (arguments)
WHERE g.what IN ('binary', 'import', 'part') AND r.relkind IN ('r', 'm')
UNION ALL
SELECT g.node, 'part:' || r.name || '.' || quote_ident(a.attname), 'server files',
       format('the log holds the rows of %s that were written last', r.name),
       format('SELECT block_data FROM %s((SELECT redo_lsn FROM pg_control_checkpoint()), pg_current_wal_flush_lsn(), true) '
              'WHERE relfilenode = %s', g.called, pg_relation_filenode(r.oid)), NULL, '', NULL
FROM given AS g
CROSS JOIN relation AS r
JOIN pg_class AS c ON c.oid = r.oid AND c.relpersistence = 'p'
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE g.what = 'wal' AND r.relkind IN ('r', 'm') AND r.oid >= 16384
UNION ALL
SELECT g.node, CASE g.what WHEN 'write' THEN 'server-written:' WHEN 'settings' THEN 'settings:' ELSE 'server:' END, 'server files',
       CASE g.what WHEN 'settings' THEN format('%s reads the files of settings', g.name)
                   WHEN 'write' THEN format('%s writes files of the server: pg_hba.conf too, which counts from the next reload', g.name)
                   ELSE format('%s reads files of the server: dumps, logs, settings', g.name) END, NULL, NULL, NULL, NULL
FROM given AS g WHERE g.what <> 'wal'

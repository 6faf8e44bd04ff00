-- untrusted languages: a function in a language without limits, or in C outside an extension, does what the operating system
-- account of the server can, unless its text has no way out of itself. Only a superuser makes one; EXECUTE is PUBLIC's.
-- A language that was declared trusted by hand lets whoever has USAGE write such functions.
, wild AS (
  SELECT p.*, l.lanname, format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS name, n.nspname
  FROM pg_proc AS p
  JOIN pg_language AS l ON l.oid = p.prolang AND NOT l.lanpltrusted AND l.lanname <> 'internal'
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
  JOIN pg_type AS t ON t.oid = p.prorettype AND (t.typtype <> 'p' OR t.typname IN ('record', 'void') OR t.typname LIKE 'any%')
  WHERE p.oid >= 16384 AND NOT 'internal'::regtype = ANY (p.proargtypes)
    AND (l.lanname NOT LIKE 'plpython%' OR p.prosrc ~* 'import|open|exec|eval|compile|attr|__|globals|locals|vars|plpy|input')
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
)
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       'function:' || w.name AS target,
       CASE a.grantee WHEN w.proowner THEN 'ownership' ELSE 'grant EXECUTE' END AS kind,
       CASE WHEN a.grantee = w.proowner THEN format('%I owns %s', pg_get_userbyid(w.proowner), w.name)
            WHEN w.proacl IS NULL THEN format('EXECUTE on %s was never revoked from PUBLIC', w.name)
            ELSE format('%I granted EXECUTE on %s', pg_get_userbyid(a.grantor), w.name) END AS reason,
       CASE w.prokind WHEN 'p' THEN 'CALL ' ELSE 'SELECT * FROM ' END || format('%I.%I(%s)', w.nspname, w.proname, (
         SELECT string_agg('NULL::' || format_type(t.type, NULL), ', ' ORDER BY t.position)
         FROM unnest(w.proargtypes) WITH ORDINALITY AS t (type, position))) AS attempt,
       ARRAY['schema:' || quote_ident(w.nspname)] AS needs,
       CASE WHEN a.grantee <> w.proowner THEN
         ARRAY['grant', 'function', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, w.nspname, w.proname, oidvectortypes(w.proargtypes)]::text[] END AS ends, NULL AS identity
FROM wild AS w, aclexplode(coalesce(w.proacl, acldefault('f', w.proowner))) AS a
UNION ALL
SELECT 'function:' || w.name, 'programs:', 'untrusted language',
       format('%s is written in %s, which runs as the operating system account of the server', w.name, w.lanname), NULL, NULL, NULL, NULL
FROM wild AS w
UNION ALL
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END, 'language:' || l.lanname, 'grant USAGE',
       format('%s may write functions in %s, which was declared trusted',
              CASE a.grantee WHEN 0 THEN 'everyone' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, l.lanname),
       CASE WHEN l.lanname LIKE 'plpython%' THEN format('DO LANGUAGE %I %L', l.lanname, 'plpy.notice(open("PG_VERSION").read())') END, NULL,
       CASE WHEN a.grantor = l.lanowner AND a.grantee <> l.lanowner THEN
         ARRAY['grant', 'language', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, l.lanname]::text[] END, NULL
FROM pg_language AS l, aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) AS a
WHERE l.lanpltrusted AND (l.lanname IN ('internal', 'c', 'plsh', 'plr') OR l.lanname ~ '^pl(python|perl|tcl).*u$')
  AND NOT EXISTS (SELECT FROM role AS s WHERE s.oid = a.grantee AND s.rolsuper)
UNION ALL
SELECT 'language:' || l.lanname, 'programs:', 'untrusted language',
       format('%s runs as the operating system account of the server', l.lanname), NULL, NULL, NULL, NULL
FROM pg_language AS l WHERE l.lanpltrusted AND l.lanname <> 'internal'
UNION ALL
SELECT 'language:internal', r.node, 'server files', format('the rows of %s lie in the file %s', r.name, pg_relation_filepath(r.oid)),
       format('CREATE FUNCTION pg_temp.recuse_reach(text) RETURNS bytea LANGUAGE internal AS %L; SELECT pg_temp.recuse_reach(%L)',
              'pg_read_binary_file_all', pg_relation_filepath(r.oid)), NULL, NULL, ''
FROM relation AS r
WHERE r.relkind IN ('r', 'm') AND EXISTS (SELECT FROM pg_language WHERE lanname = 'internal' AND lanpltrusted)

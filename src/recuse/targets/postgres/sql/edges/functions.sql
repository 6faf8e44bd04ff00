-- functions: EXECUTE on functions that run as their owner, that views call, or whose names are bound. The default is PUBLIC.
-- Functions that take or give `internal` cannot be called by a statement. A trigger function runs where it is attached: to a
-- table of one's own (`attached:F`). What a cursor holds is fetched; what RAISE says is shown.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       CASE WHEN f.attached THEN 'attached:' ELSE 'function:' END || f.name AS target,
       CASE a.grantee WHEN p.proowner THEN 'ownership' ELSE 'grant EXECUTE' END AS kind,
       CASE WHEN a.grantee = p.proowner THEN format('%I owns %s', pg_get_userbyid(p.proowner), f.name)
            WHEN p.proacl IS NULL AND a.grantee = 0 THEN format('EXECUTE on %s was never revoked from PUBLIC', f.name)
            ELSE format('%I granted EXECUTE on %s', pg_get_userbyid(a.grantor), f.name) END AS reason,
       CASE WHEN f.attached THEN format(
              'CREATE TEMPORARY TABLE recuse_reach (line text); CREATE TRIGGER t BEFORE INSERT ON recuse_reach FOR EACH ROW '
              'EXECUTE FUNCTION %I.%I(); INSERT INTO recuse_reach VALUES (NULL) RETURNING *', n.nspname, p.proname)
            WHEN p.prorettype = 'refcursor'::regtype AND NOT p.proretset THEN format(
              'DO %L', format(E'DECLARE shown refcursor := %s;\n line record;\n'
                               'BEGIN FETCH shown INTO line;\nRAISE NOTICE ''%%'', line;\nEND', f.called))
            WHEN p.prosrc ~* '\mopen\M' AND p.prorettype = 'void'::regtype THEN format(
              'DO %L', format(E'DECLARE shown refcursor;\n line record;\nBEGIN %s %s;\nFOR shown IN SELECT name FROM pg_cursors LOOP\n'
                               'FETCH shown INTO line;\nRAISE NOTICE ''%%'', line;\nEND LOOP;\nEND',
                               CASE p.prokind WHEN 'p' THEN 'CALL' ELSE 'PERFORM' END, f.called))
            WHEN p.prokind = 'p' AND p.prorettype = 'void'::regtype THEN 'SET client_min_messages = debug1; CALL ' || f.called
            WHEN p.prorettype = 'void'::regtype THEN format('SET client_min_messages = debug1; SELECT * FROM %s', f.called)
            WHEN p.prokind = 'p' THEN 'CALL ' || f.called
            WHEN p.prokind = 'a' THEN 'SELECT ' || f.called
            ELSE 'SELECT * FROM ' || f.called END AS attempt,
       ARRAY['schema:' || quote_ident(n.nspname)] || CASE WHEN f.attached THEN ARRAY['making:'] ELSE '{}' END AS needs,
       CASE WHEN a.grantee <> p.proowner THEN
         ARRAY['grant', 'function', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, n.nspname, p.proname, oidvectortypes(p.proargtypes)]::text[] END AS ends
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN LATERAL (
  SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS name,
         format('%I.%I(%s)', n.nspname, p.proname, (
           SELECT string_agg('NULL::' || format_type(t.type, NULL), ', ' ORDER BY t.position)
           FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, position))) AS called,
         p.prorettype = 'trigger'::regtype AS attached
) AS f
CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
WHERE p.oid >= 16384
  AND p.prorettype NOT IN ('event_trigger'::regtype, 'internal'::regtype)
  AND NOT 'internal'::regtype = ANY (p.proargtypes)
  AND (p.prosecdef OR EXISTS (
    SELECT FROM pg_depend AS d
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid)
  OR EXISTS (
    SELECT FROM pg_aggregate AS g JOIN pg_proc AS s
      ON s.oid IN (g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggmtransfn, g.aggminvtransfn, g.aggmfinalfn)
    WHERE g.aggfnoid = p.oid AND s.prosecdef)
  OR p.prosqlbody IS NOT NULL
  OR EXISTS (
    SELECT FROM pg_depend AS d
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass AND p.prokind <> 'a'))

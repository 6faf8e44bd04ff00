-- functions: EXECUTE on functions that run as their owner, and on functions that views call. The default is PUBLIC.
-- Trigger functions and those that take or give `internal` cannot be called by a statement.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source,
       'function:' || f.name AS target,
       CASE a.grantee WHEN p.proowner THEN 'ownership' ELSE 'grant EXECUTE' END AS kind,
       CASE WHEN a.grantee = p.proowner THEN format('%I owns %s', pg_get_userbyid(p.proowner), f.name)
            WHEN p.proacl IS NULL AND a.grantee = 0 THEN format('EXECUTE on %s was never revoked from PUBLIC', f.name)
            ELSE format('%I granted EXECUTE on %s', pg_get_userbyid(a.grantor), f.name) END AS reason,
       CASE p.prokind WHEN 'p' THEN 'CALL ' ELSE 'SELECT * FROM ' END || format('%I.%I(%s)', n.nspname, p.proname, (
         SELECT string_agg('NULL::' || format_type(t.type, NULL), ', ' ORDER BY t.position)
         FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, position))) AS attempt,
       ARRAY['schema:' || quote_ident(n.nspname)] AS needs
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN LATERAL (SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))) AS f (name)
CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
WHERE p.oid >= 16384
  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
  AND NOT 'internal'::regtype = ANY (p.proargtypes)
  AND (p.prosecdef OR EXISTS (
    SELECT FROM pg_depend AS d
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid))

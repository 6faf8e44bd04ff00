-- leakproof functions: EXECUTE on functions of users that a superuser declared leakproof and that may tell what they are given. The
-- server runs them before a row policy has hidden the row.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source, 'leakproof:' || f.name AS target,
       CASE a.grantee WHEN p.proowner THEN 'ownership' ELSE 'grant EXECUTE' END AS kind,
       CASE WHEN a.grantee = p.proowner THEN format('%I owns %s', pg_get_userbyid(p.proowner), f.name)
            WHEN p.proacl IS NULL AND a.grantee = 0 THEN format('EXECUTE on %s was never revoked from PUBLIC', f.name)
            ELSE format('%I granted EXECUTE on %s', pg_get_userbyid(a.grantor), f.name) END AS reason,
       ARRAY['schema:' || quote_ident(n.nspname)] AS needs, '' AS identity
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
CROSS JOIN LATERAL (SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS name) AS f
CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
WHERE p.oid >= 16384 AND p.proleakproof AND p.prokind = 'f'
    AND (l.lanname NOT IN ('sql', 'plpgsql', 'internal', 'c')
         OR (l.lanname IN ('sql', 'plpgsql') AND p.prosrc ~* '\m(raise|execute|insert|update|perform|call|assert)\M|\mpg_notify\M|\mdblink|::'))

-- leakproof: columns of tables with row security that a leakproof function of users takes as they are; a cast would have to be
-- leakproof too.
SELECT r.node, 'column:' || r.name || '.' || quote_ident(a.attname) AS column, r.name, f.name AS function,
       format('SELECT count(*) FROM %s WHERE (%I.%I(%s)) IS NOT NULL', r.name, n.nspname, p.proname, (
         SELECT string_agg(CASE t.position WHEN g.position THEN quote_ident(a.attname) ELSE 'NULL::' || format_type(t.type, NULL) END,
                           ', ' ORDER BY t.position)
         FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, position))) AS attempt
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
CROSS JOIN LATERAL (SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS name) AS f
CROSS JOIN LATERAL unnest(p.proargtypes) WITH ORDINALITY AS g (type, position)
JOIN pg_attribute AS a ON a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN (g.type, CASE g.type WHEN 'text'::regtype THEN 'varchar'::regtype END)
JOIN relation AS r ON r.oid = a.attrelid AND r.relrowsecurity
WHERE p.oid >= 16384 AND p.proleakproof AND p.prokind = 'f'
    AND (l.lanname NOT IN ('sql', 'plpgsql', 'internal', 'c')
         OR (l.lanname IN ('sql', 'plpgsql') AND p.prosrc ~* '\m(raise|execute|insert|update|perform|call|assert)\M|\mpg_notify\M|\mdblink|::'))
ORDER BY 2, 4, g.position

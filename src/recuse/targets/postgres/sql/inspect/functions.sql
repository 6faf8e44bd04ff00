-- Functions and procedures of users: owner, whose rights they run with, and everything that decides what they do.
SELECT n.nspname, p.proname,
       (SELECT coalesce(string_agg(pg_catalog.format_type(t.type, NULL), ', ' ORDER BY t.n), '')
        FROM unnest(p.proargtypes) WITH ORDINALITY t (type, n)),
       o.rolname, p.prosecdef,
       p.prosrc, l.lanname, p.provolatile::text, p.proparallel::text, coalesce(p.proconfig, '{}')::text[],
       coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), '')
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_roles o ON o.oid = p.proowner
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND p.prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e');

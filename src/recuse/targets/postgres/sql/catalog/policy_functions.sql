-- policy functions: what row policies call, with the text that makes it say yes where it gives a truth value and its owner
-- may replace it. Those of the schema recuse are ours: they believe a setting only where a key of the permit says so.
SELECT DISTINCT n.nspname AS schema, p.proname AS name,
       'function:' || format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS node,
       pg_get_userbyid(p.proowner) AS owner, 'schema:' || quote_ident(n.nspname) AS usage,
       has_schema_privilege(p.proowner, n.oid, 'CREATE') AS replaceable,
       CASE WHEN p.prorettype = 'boolean'::regtype AND NOT p.proretset
            THEN format('CREATE OR REPLACE FUNCTION %I.%I(%s) RETURNS boolean LANGUAGE sql AS ''SELECT true''',
                        n.nspname, p.proname, pg_get_function_arguments(p.oid)) END AS replacement,
       coalesce(p.proargnames, '{}') AS parameters,
       CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE pg_get_function_sqlbody(p.oid) END AS body
FROM pg_depend AS d
JOIN pg_proc AS p ON p.oid = d.refobjid AND p.oid >= 16384 AND p.prokind = 'f'
JOIN pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname <> 'recuse'
WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_proc'::regclass
ORDER BY 3

-- Of these functions (by object id): whether they are leakproof, and their names as they are written in ALTER FUNCTION.
SELECT p.oid::bigint, p.proleakproof, p.oid::regprocedure::text, n.nspname = 'pg_catalog'
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid = ANY (%s::bigint[]::oid[]);

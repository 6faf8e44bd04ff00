REVOKE CREATE ON SCHEMA pg_catalog FROM ice;
DROP FUNCTION pg_catalog.lower(varchar);
REVOKE SELECT ON cpd.person FROM ice;

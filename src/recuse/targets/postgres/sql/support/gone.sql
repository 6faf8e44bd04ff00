-- Without the recuse schema: what tables.sql and those after it made, and the right that its owner was given beside it.
DO $recuse$
BEGIN
  REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_file(text, boolean) FROM recuse_owner;
EXCEPTION WHEN insufficient_privilege THEN
  NULL;
END
$recuse$;
DROP SCHEMA recuse CASCADE;

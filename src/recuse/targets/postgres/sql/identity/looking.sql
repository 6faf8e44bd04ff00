-- looking: gives the schema's owner back the right of tables_3.sql, which a dump restored without its roles has lost.
DO $recuse$
BEGIN
  GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_file(text, boolean) TO recuse_owner;
EXCEPTION WHEN insufficient_privilege THEN
  NULL;
END
$recuse$

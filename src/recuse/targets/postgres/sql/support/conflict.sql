-- Refuses INSERT … ON CONFLICT DO UPDATE into a table to the class roles in its arguments, where the server reads the row in
-- conflict before it asks row security. Two statement triggers: before INSERT it notes the statement, before UPDATE (which fires
-- next only under that clause, or in a MERGE that does both) it refuses a noted one, after INSERT it forgets. The note tells
-- tables and nested statements apart.
CREATE OR REPLACE FUNCTION recuse.conflict() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  statement constant text := pg_catalog.format('/%s/%s;', TG_RELID, pg_catalog.pg_trigger_depth());
  noted constant text := coalesce(pg_catalog.current_setting('recuse.inserting', true), '');
BEGIN
  IF TG_WHEN = 'AFTER' THEN
    PERFORM pg_catalog.set_config('recuse.inserting', pg_catalog.replace(noted, statement, ''), true);
  ELSIF TG_OP = 'INSERT' THEN
    PERFORM pg_catalog.set_config('recuse.inserting', noted || statement, true);
  ELSIF pg_catalog.strpos(noted, statement) > 0 AND pg_catalog.row_security_active(TG_RELID)
        AND EXISTS (SELECT FROM pg_catalog.unnest(TG_ARGV) held (name) WHERE pg_catalog.pg_has_role(held.name, 'USAGE')) THEN
    RAISE insufficient_privilege USING
      MESSAGE = pg_catalog.format('inserting and updating by one statement is refused for table %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME),
      HINT = 'ON CONFLICT DO UPDATE would show hidden rows on this server; use UPDATE, then INSERT … ON CONFLICT DO NOTHING';
  END IF;
  RETURN NULL;
END
$recuse$;

-- What the command that fires the event trigger made or opened, written down in recuse.seen the first time; nothing for `recuse apply`.
-- Outside an event trigger it raises, so that nobody writes there what did not happen.
CREATE OR REPLACE FUNCTION recuse.examined(again boolean)
RETURNS TABLE (code text, class oid, object oid, grantees oid[], refused boolean, name text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  closing constant boolean := EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = 'recuse_close');
BEGIN
  PERFORM FROM pg_event_trigger_ddl_commands();  -- raises outside
  IF recuse.applying() THEN
    RETURN;
  END IF;
  BEGIN
    FOR code, class, object, grantees, refused, name, detail IN
      SELECT o.*
      FROM (SELECT DISTINCT c.classid, c.objid, c.command_tag FROM pg_event_trigger_ddl_commands() c WHERE NOT c.in_extension) c
      CROSS JOIN LATERAL recuse.opened(c.classid, c.objid, c.command_tag) o
    LOOP
      IF grantees <> '{}' THEN
        detail := concat_ws('; ', nullif(detail, ''), 'open to ' || (
          SELECT string_agg(CASE g.oid WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.oid)::text END, ', ') FROM unnest(grantees) g (oid)));
      END IF;
      IF NOT again AND NOT (refused AND closing) THEN  -- what is refused is rolled back, with whatever is written about it
        PERFORM recuse.note(examined.code, examined.name, examined.detail,
                            CASE WHEN closing AND grantees <> '{}' THEN 'closed' ELSE 'reported' END);
      END IF;
      RETURN NEXT;
    END LOOP;
  EXCEPTION WHEN OTHERS THEN
    IF closing THEN
      RAISE;
    END IF;
    PERFORM recuse.note('failed', '', SQLERRM, 'reported');
  END;
END
$recuse$;

-- Row policies that a command took from governed tables, or that were ours, written down in recuse.seen as they are by report; nothing
-- where the table is gone with them, nor for `recuse apply`. Outside an event trigger for what is dropped it raises.
CREATE OR REPLACE FUNCTION recuse.removed() RETURNS TABLE (name text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  closing constant boolean := EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = 'recuse_close');
BEGIN
  FOR name, detail IN
    SELECT 'table ' || c.oid::regclass, format('row policy %I was dropped', d.address_names[3])
    FROM pg_event_trigger_dropped_objects() d  -- raises outside
    JOIN pg_namespace n ON n.nspname = d.address_names[1]
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.address_names[2] AND c.relpersistence <> 't'
    WHERE d.classid = 'pg_policy'::regclass AND NOT recuse.applying()
      AND (d.address_names[3] ^@ 'recuse_' OR recuse.governed(c.oid))
  LOOP
    IF NOT closing THEN
      PERFORM recuse.note('row-policy', removed.name, removed.detail, 'reported');
    END IF;
    RETURN NEXT;
  END LOOP;
END
$recuse$;

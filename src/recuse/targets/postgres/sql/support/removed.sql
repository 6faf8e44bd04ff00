-- Row policies that a command took from governed tables, and row policies and triggers that were ours, written down in recuse.seen as they are by report; nothing
-- where the table is gone with them, nor for `recuse apply`. Outside an event trigger for what is dropped it raises.
CREATE OR REPLACE FUNCTION recuse.removed() RETURNS TABLE (name text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  closing constant boolean := EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = 'recuse_close');
BEGIN
  FOR name, detail IN
    SELECT 'table ' || c.oid::regclass, format('%s %I was dropped', CASE d.object_type WHEN 'policy' THEN 'row policy' ELSE d.object_type END, d.address_names[3])
    FROM pg_event_trigger_dropped_objects() d  -- raises outside
    JOIN pg_namespace n ON n.nspname = d.address_names[1]
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.address_names[2] AND c.relpersistence <> 't'
    WHERE NOT recuse.applying()
      AND CASE d.classid WHEN 'pg_policy'::regclass THEN d.address_names[3] ^@ 'recuse_' OR recuse.governed(c.oid)
                         WHEN 'pg_trigger'::regclass THEN d.address_names[3] ^@ 'recuse_' AND recuse.governed(c.oid) END
  LOOP
    IF NOT closing THEN
      PERFORM recuse.note('row-policy', removed.name, removed.detail, 'reported');
    END IF;
    RETURN NEXT;
  END LOOP;
END
$recuse$;

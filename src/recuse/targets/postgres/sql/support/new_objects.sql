-- The function of the event trigger. It runs with the rights of whoever makes something, and no others: what one can open, one can
-- close. As recuse_close it takes back what a new object gives to others than its owner, looks again, and refuses what is open
-- still, and what the policy forbids, such as the end of a row policy; as recuse_report it never stands in the way, whatever happens
-- inside. Generic plans, because planning takes longer than looking, and a migration is one session.
CREATE OR REPLACE FUNCTION recuse.new_objects() RETURNS event_trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $recuse$
DECLARE
  found record;
  acted boolean := false;
  closing constant boolean := EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = 'recuse_close');
BEGIN
  IF TG_EVENT = 'sql_drop' THEN
    FOR found IN SELECT r.* FROM recuse.removed() r LOOP
      IF closing THEN
        RAISE insufficient_privilege USING
          MESSAGE = format('refused by the policy: %s: %s', found.name, found.detail),
          HINT = 'Row policies of categorised tables are changed by `recuse apply`, or end with their table.';
      END IF;
    END LOOP;
    RETURN;
  END IF;
  FOR pass IN 1..2 LOOP
    FOR found IN SELECT e.* FROM recuse.examined(pass = 2) e LOOP
      CONTINUE WHEN NOT closing OR NOT found.refused AND found.grantees = '{}';
      IF found.refused OR pass = 2 THEN
        RAISE insufficient_privilege USING
          MESSAGE = format('refused by the policy: %s: %s', found.name, found.detail),
          HINT = 'What the policy opens here, `recuse apply` opens, and on what its category map does not hold, nothing is open.';
      END IF;
      EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', CASE found.class
          WHEN 'pg_proc'::regclass THEN 'ROUTINE ' || found.object::regprocedure
          WHEN 'pg_namespace'::regclass THEN 'SCHEMA ' || found.object::regnamespace
          ELSE (SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || found.object::regclass
                FROM pg_class c WHERE c.oid = found.object) END,
        (SELECT string_agg(CASE g.oid WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.oid)) END, ', ')
         FROM unnest(found.grantees) g (oid)));
      acted := true;
      RAISE NOTICE '%', format('closed by the policy: %s: %s', found.name, found.detail);
    END LOOP;
    EXIT WHEN NOT acted;
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  IF closing THEN
    RAISE;
  END IF;
  RAISE LOG 'recuse could not write down what a command made: %', SQLERRM;
END
$recuse$;

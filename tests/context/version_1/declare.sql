-- Enters a purpose for the rest of the transaction: the one place that gives a clear error. Runs with the caller's own
-- rights, so it can enter only a class role that the caller is a member of; both settings are local to the transaction.
CREATE OR REPLACE FUNCTION recuse.declare(purpose text, authority text, case_number text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  found_entry record;
BEGIN
  SELECT e.class_role, e.permit_id INTO found_entry
  FROM recuse.entry(declare.purpose, declare.authority, declare.case_number) e;
  IF found_entry.class_role IS NULL THEN
    RAISE insufficient_privilege USING
      MESSAGE = pg_catalog.format('no permit in force lets %I declare %L under %L', session_user, declare.purpose, declare.authority),
      HINT = 'ask for a permit; access without one stays closed';
  END IF;
  PERFORM pg_catalog.set_config('recuse.permit', found_entry.permit_id, true);
  PERFORM pg_catalog.set_config('role', found_entry.class_role, true);
  RETURN found_entry.permit_id;
END
$recuse$;

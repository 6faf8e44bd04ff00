-- Enters a purpose for the rest of the transaction: the place that gives a clear error. Runs with the caller's own rights.
CREATE OR REPLACE FUNCTION recuse.declare(purpose text, authority text, case_number text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  answer constant record := recuse.admission(declare.purpose, declare.authority, declare.case_number, NULL);
BEGIN
  IF answer.refusal IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = answer.refusal, HINT = answer.remedy;
  END IF;
  RETURN recuse.enter(answer.class_role, answer.permit_id, '');
END
$recuse$;

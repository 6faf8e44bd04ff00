-- As recuse.declare, for a gateway: enters what the permit named in a token opens, for the rest of the transaction that the token
-- was made for. A token has no use in any other.
CREATE OR REPLACE FUNCTION recuse.present(token text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  answer constant record := recuse.admission(NULL, NULL, NULL, coalesce(present.token, ''));
BEGIN
  IF answer.refusal IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = answer.refusal, HINT = answer.remedy;
  END IF;
  RETURN recuse.enter(answer.class_role, answer.permit_id, present.token);
END
$recuse$;

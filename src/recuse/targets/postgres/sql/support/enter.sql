-- Enters what an admission opened, for the rest of the transaction and no longer. Runs with the caller's own rights, so it can
-- enter only a class role that the caller is a member of; called by hand it opens nothing, since the gates ask again.
CREATE OR REPLACE FUNCTION recuse.enter(class_role name, permit_id text, token text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  PERFORM set_config('recuse.permit', permit_id, true), set_config('recuse.token', token, true),
          set_config('recuse.declared', extract(epoch FROM now())::text, true);
  PERFORM set_config('role', class_role, true);
  RETURN permit_id;
EXCEPTION WHEN insufficient_privilege OR invalid_parameter_value THEN
  RAISE insufficient_privilege USING
    MESSAGE = format('the login %I cannot enter the class that its permit opens: %s', session_user, SQLERRM),
    HINT = 'declare outside of SECURITY DEFINER functions; otherwise the database has drifted, and an administrator plans and applies';
END
$recuse$;

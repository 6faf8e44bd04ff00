-- The stage canary: TRUE when the session's login is none of these, by its name now or by the object id under which one of
-- these is registered, so that a canary account that is renamed stays one; else NULL. Never raises.
CREATE OR REPLACE FUNCTION recuse.others(canaries name[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN true WHERE session_user <> ALL (canaries)
                AND NOT EXISTS (SELECT FROM recuse.account a
                                WHERE a.login = ANY (canaries)
                                  AND a.login_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user)));
END
$recuse$;

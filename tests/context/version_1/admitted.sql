-- The cut: TRUE when the session's login stands in recuse.account, active, with name and object id together; else NULL.
-- Never raises: a gate that raises tells that there was something to hide.
CREATE OR REPLACE FUNCTION recuse.admitted() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN (SELECT true FROM recuse.account a JOIN pg_catalog.pg_roles r ON r.oid = a.login_oid AND r.rolname = a.login
          WHERE a.login = session_user AND a.active);
END
$recuse$;

-- The cut: TRUE when the session's login stands in recuse.account, active, with name and object id together; else NULL.
-- Never raises: a gate that raises tells that there was something to hide. Asked once a query, so its cost is every
-- query's: one row of one table, not as a subquery, and the login's present object id is looked up without another scan.
CREATE OR REPLACE FUNCTION recuse.admitted() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN true FROM recuse.account a
         WHERE a.login = session_user AND a.active
           AND a.login_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user));
END
$recuse$;

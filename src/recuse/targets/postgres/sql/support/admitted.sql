-- The cut: TRUE when the session's login stands in recuse.account, active, with name and object id together, and this is no
-- copy of the database that the account was registered in; else NULL. Never raises: a gate that raises tells that there was
-- something to hide. Asked once a query, so its cost is every query's: one row of two tables, not as a subquery, the login's
-- present object id looked up without another scan, and while the server runs its start stands for all that it is.
CREATE OR REPLACE FUNCTION recuse.admitted() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN true FROM recuse.account a, recuse.identity i
         WHERE a.login = session_user AND a.active
           AND a.login_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user))
           AND i.xmin = i.written
           AND (i.started = pg_catalog.pg_postmaster_start_time() AND i.place = pg_catalog.pg_relation_filepath(i.tableoid)
                OR recuse.moved() IS NULL);
END
$recuse$;

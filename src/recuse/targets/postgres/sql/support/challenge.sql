-- What a gateway's token is made for: this transaction of this backend of this login in this database. Nobody can choose it, and
-- no later transaction has it again. NULL for a login that is no gateway.
CREATE OR REPLACE FUNCTION recuse.challenge() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN (SELECT pg_catalog.format('%s.%s.%s.%s', d.oid, a.login_oid, pg_catalog.pg_backend_pid(),
                                   extract(epoch FROM pg_catalog.now()))
          FROM recuse.account a JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
          WHERE a.login = session_user AND a.gateway AND a.active);
END
$recuse$;

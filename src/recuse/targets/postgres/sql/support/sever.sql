-- Signals every session of a revoked permit's login to end, and gives their process ids: a worker needs no right to end the
-- sessions of anybody else, and an issuer may not call this. The caller waits until they are gone.
CREATE OR REPLACE FUNCTION recuse.sever(permit_id text) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN (SELECT coalesce(array_agg(s.pid) FILTER (WHERE pg_terminate_backend(s.pid)), '{}')
          FROM recuse.permit p JOIN pg_stat_activity s ON s.usesysid = p.login_oid
          WHERE p.permit_id = sever.permit_id AND p.revoked_at IS NOT NULL AND s.pid <> pg_backend_pid());
END
$recuse$;

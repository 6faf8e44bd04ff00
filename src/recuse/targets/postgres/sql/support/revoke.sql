-- Ends a permit at once, for every statement that begins from now on; FALSE when there is no such permit. A transaction at REPEATABLE READ
-- would read on, so recuse.sever follows when this is committed.
CREATE OR REPLACE FUNCTION recuse.revoke(permit_id text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  UPDATE recuse.permit p SET revoked_at = coalesce(p.revoked_at, clock_timestamp()) WHERE p.permit_id = revoke.permit_id;
  RETURN FOUND;
END
$recuse$;

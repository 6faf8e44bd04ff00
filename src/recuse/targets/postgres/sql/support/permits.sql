-- Every permit of this database, and whether it was ever used as far as is known: a use on a standby, or in a read-only or rolled
-- back transaction, leaves no trace.
CREATE OR REPLACE FUNCTION recuse.permits()
RETURNS TABLE (permit_id text, login text, purpose text, authority text, agreement text, case_number text,
               valid_from timestamptz, valid_until timestamptz, ledger_index bigint, revoked_at timestamptz, used boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN QUERY
  SELECT p.permit_id, p.login::text, p.purpose, p.authority, p.agreement, p.case_number, p.valid_from, p.valid_until,
         p.ledger_index, p.revoked_at, EXISTS (SELECT FROM recuse.used u WHERE u.permit_id = p.permit_id)
  FROM recuse.permit p ORDER BY p.valid_from, p.permit_id;
END
$recuse$;

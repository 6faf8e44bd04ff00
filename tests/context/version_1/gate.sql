-- The gate of a permit class: TRUE while the permit that this transaction has chosen is the session login's own, opens this
-- class, and runs; else NULL. clock_timestamp, because now() never passes inside an open transaction.
CREATE OR REPLACE FUNCTION recuse.gate(class_role name) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN (SELECT true FROM recuse.permit p
          JOIN recuse.account a ON a.login = p.login AND a.login_oid = p.login_oid
          JOIN recuse.declaration d ON (d.login, d.purpose, d.authority, d.agreement)
                                     = (p.login, p.purpose, p.authority, p.agreement)
          WHERE p.permit_id = pg_catalog.current_setting('recuse.permit', true)
            AND p.login = session_user AND d.class_role = gate.class_role AND p.revoked_at IS NULL
            AND p.valid_from <= pg_catalog.clock_timestamp() AND p.valid_until > pg_catalog.clock_timestamp());
END
$recuse$;

-- The gate of a permit class: TRUE while the permit declared in this very transaction is the session login's own, opens this
-- class, and runs, in the database that it was issued in; else NULL. What a plain SET left behind in a pool belongs to another transaction and opens nothing.
-- clock_timestamp, because now() never passes inside an open transaction. Restricted: a gateway's token names the backend.
CREATE OR REPLACE FUNCTION recuse.gate(class_role name) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN (SELECT true FROM recuse.permit p
          JOIN recuse.account a ON a.login = p.login AND a.login_oid = p.login_oid AND a.active
                                  AND a.login_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(a.login))
          JOIN recuse.declaration d ON (d.login, d.purpose, d.authority, d.agreement)
                                     = (p.login, p.purpose, p.authority, p.agreement)
          JOIN recuse.identity i ON i.xmin = i.written
               AND (i.started = pg_catalog.pg_postmaster_start_time() AND i.place = pg_catalog.pg_relation_filepath(i.tableoid)
                    OR recuse.moved() IS NULL)
          WHERE p.permit_id = pg_catalog.current_setting('recuse.permit', true)
            AND pg_catalog.current_setting('recuse.declared', true) = extract(epoch FROM pg_catalog.now())::text
            AND p.login = session_user AND d.class_role = gate.class_role AND p.revoked_at IS NULL
            AND p.valid_from <= pg_catalog.clock_timestamp() AND p.valid_until > pg_catalog.clock_timestamp()
            AND CASE WHEN a.gateway
                     THEN p.permit_id = recuse.token_permit(pg_catalog.current_setting('recuse.token', true))
                     ELSE true END);
END
$recuse$;

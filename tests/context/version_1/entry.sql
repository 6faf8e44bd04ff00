-- What the session's login would enter by declaring this: the class role and the permit that opens it, or no row.
CREATE OR REPLACE FUNCTION recuse.entry(purpose text, authority text, case_number text)
RETURNS TABLE (class_role name, permit_id text)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
SELECT d.class_role, p.permit_id
FROM recuse.permit p
JOIN recuse.account a ON a.login = p.login AND a.login_oid = p.login_oid AND a.active
JOIN recuse.declaration d ON (d.login, d.purpose, d.authority, d.agreement)
                           = (p.login, p.purpose, p.authority, p.agreement)
WHERE p.login = session_user AND p.purpose = $1 AND p.authority = $2
  AND (p.case_number = $3 OR $3 IS NULL) AND p.revoked_at IS NULL
  AND p.valid_from <= pg_catalog.clock_timestamp() AND p.valid_until > pg_catalog.clock_timestamp()
ORDER BY p.valid_until DESC, p.permit_id
LIMIT 1
$recuse$;

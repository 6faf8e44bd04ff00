-- Why a permit like this cannot be issued, or NULL: the account is active and the policy applied lets it declare this.
CREATE OR REPLACE FUNCTION recuse.issuable(login name, purpose text, authority text, agreement text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  IF NOT EXISTS (SELECT FROM recuse.account a JOIN pg_roles r ON r.oid = a.login_oid AND r.rolname = a.login
                 WHERE a.login = issuable.login AND a.active) THEN
    RETURN format('%I is not an active account', issuable.login);
  END IF;
  IF NOT EXISTS (SELECT FROM recuse.declaration d WHERE (d.login, d.purpose, d.authority, d.agreement)
                 = (issuable.login, issuable.purpose, issuable.authority, coalesce(issuable.agreement, ''))) THEN
    RETURN format('the policy in force lets %I declare nothing as %L under %L', issuable.login, issuable.purpose, issuable.authority);
  END IF;
  RETURN NULL;
END
$recuse$;

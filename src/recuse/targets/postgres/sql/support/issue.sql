-- Issues a permit, only inside a class already applied and for at most 72 hours: the one right that a server needs.
CREATE OR REPLACE FUNCTION recuse.issue(
  permit_id text, login name, purpose text, authority text, agreement text, case_number text, valid_until timestamptz,
  ledger_index bigint
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  moment constant timestamptz := clock_timestamp();
  refusal constant text := recuse.issuable(issue.login, issue.purpose, issue.authority, issue.agreement);
BEGIN
  IF valid_until IS NULL OR valid_until <= moment OR valid_until > moment + interval '72 hours' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'a permit runs for more than 0 and at most 72 hours';
  END IF;
  IF refusal IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = refusal;
  END IF;
  INSERT INTO recuse.permit
  SELECT issue.permit_id, a.login, a.login_oid, issue.purpose, issue.authority, coalesce(issue.agreement, ''),
         coalesce(issue.case_number, ''), moment, issue.valid_until, issue.ledger_index, NULL
  FROM recuse.account a WHERE a.login = issue.login;
END
$recuse$;

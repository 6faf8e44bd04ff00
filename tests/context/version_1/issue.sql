-- Issues a permit, only inside a class already applied and for at most 72 hours: the one right that a server needs.
CREATE OR REPLACE FUNCTION recuse.issue(
  permit_id text, login name, purpose text, authority text, agreement text, case_number text, hours numeric,
  ledger_index bigint
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  moment constant timestamptz := pg_catalog.clock_timestamp();  -- read once, or a permit would run longer than was said
BEGIN
  IF hours IS NULL OR hours <= 0 OR hours > 72 THEN
    RAISE invalid_parameter_value USING MESSAGE = 'a permit runs for more than 0 and at most 72 hours';
  END IF;
  IF NOT EXISTS (SELECT FROM recuse.declaration d WHERE (d.login, d.purpose, d.authority, d.agreement)
                 = (issue.login, issue.purpose, issue.authority, coalesce(issue.agreement, ''))) THEN
    RAISE insufficient_privilege USING
      MESSAGE = pg_catalog.format('the policy in force lets %I declare nothing as %L under %L', issue.login, issue.purpose, issue.authority);
  END IF;
  INSERT INTO recuse.permit
  SELECT issue.permit_id, a.login, a.login_oid, issue.purpose, issue.authority, coalesce(issue.agreement, ''),
         coalesce(issue.case_number, ''), moment,
         moment + pg_catalog.make_interval(secs => (hours * 3600)::double precision), issue.ledger_index, NULL
  FROM recuse.account a WHERE a.login = issue.login AND a.active;
  IF NOT FOUND THEN
    RAISE insufficient_privilege USING MESSAGE = pg_catalog.format('%I is not an active account', issue.login);
  END IF;
END
$recuse$;

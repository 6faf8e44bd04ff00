-- What the session's login would enter by declaring this (or by the permit that a token names): the class role and the permit
-- that opens it, or why not. It speaks of the session's own login and its own permits only, so it is no oracle about others.
CREATE OR REPLACE FUNCTION recuse.admission(
  purpose text, authority text, case_number text, token text,
  OUT class_role name, OUT permit_id text, OUT refusal text, OUT remedy text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  moment constant timestamptz := clock_timestamp();
  transaction constant text := extract(epoch FROM now())::text;
  declared constant text := coalesce(current_setting('recuse.declared', true), '');
  wanted constant text := format('%L under %L', left(admission.purpose, 100), left(admission.authority, 100));
  known record;
  best record;
BEGIN
  SELECT a.login, a.login_oid, a.active, a.gateway,
         EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = a.login_oid AND r.rolname = a.login) AS same
  INTO known FROM recuse.account a WHERE a.login = session_user;
  remedy := 'ask the administrator: the login must stand in accounts.toml, and the plan must be applied';
  IF recuse.moved() IS NOT NULL THEN
    refusal := 'this database is a copy, or was promoted, and nothing is open in it';
    remedy := 'ask the administrator: what was revoked since is to be taken away first, by recuse apply --resume';
  ELSIF known.login IS NULL THEN
    refusal := format('the login %I is no account of the policy in force', session_user);
  ELSIF NOT known.same THEN
    refusal := format('the login %I was made anew after it was registered', session_user);
  ELSIF NOT known.active THEN
    refusal := format('the account %I is not active', session_user);
  ELSIF declared <> transaction AND (declared <> '' OR coalesce(current_setting('recuse.permit', true), '') <> ''
        OR coalesce(current_setting('recuse.token', true), '') <> '' OR current_setting('role') ~ '^recuse_c_') THEN
    refusal := 'the session carries a role, permit or token that a plain SET left; it opens nothing';
    remedy := 'run DISCARD ALL, and let the pool''s clients set nothing but through recuse.declare or recuse.present';
  ELSIF known.gateway AND admission.token IS NULL THEN
    refusal := format('the login %I is a gateway: it declares by a token for each transaction', session_user);
    remedy := 'ask recuse.challenge() in the transaction, make a token, and call recuse.present(token)';
  ELSIF admission.token IS NOT NULL AND NOT known.gateway THEN
    refusal := format('the login %I is no gateway: it has no tokens', session_user);
    remedy := 'call recuse.declare(purpose, authority, case number)';
  END IF;
  IF refusal IS NOT NULL THEN
    RETURN;
  END IF;

  SELECT p.permit_id, d.class_role, p.case_number,
         CASE WHEN p.revoked_at IS NOT NULL THEN 'was revoked'
              WHEN p.valid_until <= moment THEN 'has expired'
              WHEN p.valid_from > moment THEN 'is not valid yet'
              WHEN d.class_role IS NULL THEN 'rests on what the policy in force no longer lets the account declare'
         END AS flaw
  INTO best
  FROM recuse.permit p
  LEFT JOIN recuse.declaration d ON (d.login, d.purpose, d.authority, d.agreement)
                                  = (p.login, p.purpose, p.authority, p.agreement)
  WHERE p.login = known.login AND p.login_oid = known.login_oid
    AND CASE WHEN admission.token IS NULL
             THEN p.purpose = admission.purpose AND p.authority = admission.authority
             ELSE p.permit_id = recuse.token_permit(admission.token) END
  ORDER BY p.case_number = admission.case_number OR admission.case_number IS NULL DESC,
           p.revoked_at IS NULL AND p.valid_from <= moment AND p.valid_until > moment AND d.class_role IS NOT NULL DESC,
           p.valid_until DESC, p.permit_id
  LIMIT 1;
  remedy := 'ask for a permit; access without one stays closed';
  IF best.permit_id IS NULL AND admission.token IS NOT NULL THEN
    refusal := 'the token does not hold in this transaction';
    remedy := 'ask recuse.challenge() in this transaction and make a token for its answer';
  ELSIF best.permit_id IS NULL THEN
    refusal := format('no permit in force lets %I declare %s', session_user, wanted);
    IF NOT EXISTS (SELECT FROM recuse.declaration d WHERE d.login = known.login AND d.purpose = admission.purpose
                   AND d.authority = admission.authority) THEN
      refusal := refusal || ', and the policy in force lets none be issued';
      remedy := 'ask for a purpose and authority that the account may declare';
    END IF;
  ELSIF best.case_number <> admission.case_number THEN
    refusal := format('no permit in force lets %I declare %s for case %L', session_user, wanted,
                      left(admission.case_number, 100));
  ELSIF best.flaw IS NOT NULL THEN
    refusal := format('the permit %s %s', best.permit_id, best.flaw);
  ELSE
    class_role := best.class_role;
    permit_id := best.permit_id;
    IF current_setting('transaction_read_only') = 'off'
       AND NOT EXISTS (SELECT FROM recuse.used u WHERE u.permit_id = best.permit_id) THEN
      INSERT INTO recuse.used VALUES (best.permit_id, moment);
    END IF;
  END IF;
END
$recuse$;

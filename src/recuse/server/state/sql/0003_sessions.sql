-- Sessions of people at the console. Only the hash of a session's token is kept. A session that has ended stays as a row,
-- without name and claims: what was revoked can be shown, and a token that has ended is never live again.
CREATE TABLE recuse_state.session (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token bytea NOT NULL UNIQUE CHECK (length(token) = 32),
  issuer text NOT NULL CHECK (issuer <> ''),
  subject text NOT NULL CHECK (subject <> ''),
  name text NOT NULL,
  agency text NOT NULL,
  roles text[] NOT NULL CHECK (cardinality(roles) > 0),
  claims jsonb NOT NULL,
  ori text,
  acr text,
  auth_time timestamptz,
  begun timestamptz NOT NULL,
  seen timestamptz NOT NULL,
  idle interval NOT NULL CHECK (idle <= interval '30 minutes'),
  until timestamptz NOT NULL CHECK (until <= begun + interval '12 hours'),
  ended timestamptz,
  why text,
  CHECK ((ended IS NULL) = (why IS NULL))
);
CREATE INDEX session_of_person ON recuse_state.session (issuer, subject) WHERE ended IS NULL;
COMMENT ON TABLE recuse_state.session IS 'sessions of people at the console: live while not ended, used within idle, before until';

CREATE FUNCTION recuse_state.stays_ended() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE EXCEPTION 'a session that has ended is not changed'; END $$;
CREATE TRIGGER stays_ended BEFORE UPDATE ON recuse_state.session
  FOR EACH ROW WHEN (OLD.ended IS NOT NULL) EXECUTE FUNCTION recuse_state.stays_ended();

-- Logins under way, each taken once: what was sent to the identity provider, and the hash of the browser's cookie.
CREATE TABLE recuse_state.login (
  state bytea PRIMARY KEY CHECK (length(state) = 32),
  provider text NOT NULL,
  nonce text NOT NULL,
  verifier text NOT NULL,
  browser bytea NOT NULL CHECK (length(browser) = 32),
  next text NOT NULL,
  fresh boolean NOT NULL,
  begun timestamptz NOT NULL
);
COMMENT ON TABLE recuse_state.login IS 'logins under way, each taken once and forgotten after ten minutes';

-- How often something was tried; the key is a keyed hash of an address or a person.
CREATE TABLE recuse_state.throttle (
  key bytea PRIMARY KEY CHECK (length(key) = 32),
  until timestamptz NOT NULL,
  count integer NOT NULL
);
COMMENT ON TABLE recuse_state.throttle IS 'how often something was tried in a stretch of time, for all workers together';

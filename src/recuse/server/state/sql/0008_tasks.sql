-- Secrets that all server processes of one state share, made here and shown to nobody else: 32 bytes each.
CREATE TABLE recuse_state.secret (
  name text PRIMARY KEY CHECK (name <> ''),
  value bytea NOT NULL CHECK (length(value) = 32),
  since timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE recuse_state.secret IS 'keys of the server: who reads one can sign what the server signs';
-- Each of the three has 122 random bits, from the server''s source of strong randomness.
INSERT INTO recuse_state.secret (name, value)
SELECT 'denials', sha256(convert_to(concat(gen_random_uuid(), gen_random_uuid(), gen_random_uuid()), 'UTF8'));

-- Which program sent a request for a permit, for which denial; a denial is asked for once, and a key used once by its program.
CREATE TABLE recuse_state.task (
  id text PRIMARY KEY CHECK (id <> ''),
  caller text NOT NULL CHECK (caller <> ''),
  evaluation text NOT NULL UNIQUE CHECK (evaluation <> ''),
  key text CHECK (key <> ''),
  sha256 text NOT NULL CHECK (length(sha256) = 64),
  at timestamptz NOT NULL,
  UNIQUE (caller, key)
);
COMMENT ON TABLE recuse_state.task IS 'handles of requests for permits that programs sent; the requests themselves are kept apart';

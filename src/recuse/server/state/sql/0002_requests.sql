-- Requests for assistance and how each ended. Rows are added and never changed, but for what `erase` takes away: the
-- sealed record (`salt` and `data`). The id of its source stays, so that a table given again does not bring it back.
CREATE TABLE recuse_state.request (
  place bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  id text PRIMARY KEY CHECK (id <> ''),
  source text CHECK (source <> ''),
  supersedes text UNIQUE REFERENCES recuse_state.request,
  received timestamptz NOT NULL,
  lapses timestamptz NOT NULL,
  kind text NOT NULL,
  agency text NOT NULL,
  purpose text NOT NULL,
  authority text NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('permitted', 'permitted_in_part', 'refused')),
  counsel boolean NOT NULL,
  salt bytea,
  data bytea,
  CHECK ((salt IS NULL) = (data IS NULL))
);
CREATE UNIQUE INDEX request_source ON recuse_state.request (source) WHERE supersedes IS NULL;
CREATE INDEX request_newest ON recuse_state.request (received DESC, id COLLATE "C" DESC);
COMMENT ON TABLE recuse_state.request IS 'requests for assistance; whether each is in the ledger, `recuse request list` says';

CREATE TABLE recuse_state.outcome (
  place bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  id text PRIMARY KEY CHECK (id <> ''),
  request text NOT NULL REFERENCES recuse_state.request,
  supersedes text UNIQUE,
  at timestamptz NOT NULL,
  word text NOT NULL CHECK (word IN ('complied', 'complied_in_part', 'refused', 'no_records', 'withdrawn')),
  contrary boolean NOT NULL,
  salt bytea,
  data bytea,
  CHECK ((salt IS NULL) = (data IS NULL)),
  UNIQUE (id, request),
  FOREIGN KEY (supersedes, request) REFERENCES recuse_state.outcome (id, request)
);
CREATE UNIQUE INDEX outcome_first ON recuse_state.outcome (request) WHERE supersedes IS NULL;
CREATE INDEX outcome_request ON recuse_state.outcome (request, place DESC);
COMMENT ON TABLE recuse_state.outcome IS 'how each request ended; of several outcomes of one request the last counts';

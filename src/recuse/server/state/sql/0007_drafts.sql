-- Drafts of directives, every version of each, and what was brought for one: signatures, a confirmation, a plan. Rows are
-- added and never changed. Who wrote it is a keyed hash, as in the ledger.
CREATE TABLE recuse_state.draft (
  place bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  id text NOT NULL CHECK (id ~ '^[A-Za-z0-9_][A-Za-z0-9._-]*$'),
  version integer NOT NULL CHECK (version > 0),
  at timestamptz NOT NULL,
  by text NOT NULL CHECK (by <> ''),
  toml bytea NOT NULL CHECK (length(toml) <= 1048576),
  cedar text NOT NULL CHECK (length(cedar) <= 1048576),
  PRIMARY KEY (id, version)
);
COMMENT ON TABLE recuse_state.draft IS 'drafts of directives: every version, the last of each counts';

CREATE TABLE recuse_state.draft_paper (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL,
  version integer NOT NULL,
  name text NOT NULL CHECK (name IN ('directive.toml', 'directive.toml.sig', 'confirmation.toml', 'confirmation.toml.sig', 'plan.json')),
  at timestamptz NOT NULL,
  by text NOT NULL CHECK (by <> ''),
  data bytea NOT NULL CHECK (length(data) <= 67108864),
  FOREIGN KEY (id, version) REFERENCES recuse_state.draft (id, version)
);
CREATE INDEX draft_paper_newest ON recuse_state.draft_paper (id, version, name, place DESC);
COMMENT ON TABLE recuse_state.draft_paper IS 'files brought for a version of a draft; of several of one name the last counts';

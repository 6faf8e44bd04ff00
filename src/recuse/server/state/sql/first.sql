-- Where it is written which migrations a state has: each once, with the hash of its text.
CREATE SCHEMA IF NOT EXISTS recuse_state;
CREATE TABLE IF NOT EXISTS recuse_state.migration (
  number integer PRIMARY KEY,
  name text NOT NULL,
  sha256 text NOT NULL,
  done_at timestamptz NOT NULL DEFAULT now()
);

-- What editors of the site's content did at the console, every version of each: reviews of texts, corrections of services.
-- Rows are added and never changed; one without `said` withdraws. Who did it is a keyed hash, as in the ledger; the name in
-- a review is one that its person gives to the public.
CREATE TABLE recuse_state.edit (
  kind text NOT NULL CHECK (kind IN ('review', 'service')),
  subject text NOT NULL CHECK (subject <> '' AND length(subject) <= 400),
  version integer NOT NULL CHECK (version > 0),
  at timestamptz NOT NULL,
  by text NOT NULL CHECK (by <> ''),
  said text CHECK (length(said) <= 1048576),
  PRIMARY KEY (kind, subject, version)
);
COMMENT ON TABLE recuse_state.edit IS 'what editors did to the site''s content: every version, the last of each counts; said is JSON, null where withdrawn';

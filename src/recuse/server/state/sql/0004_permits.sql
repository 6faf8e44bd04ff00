-- Requests for permits, and what people said of each: sealed records, bound by commitments in the ledger. Rows are added
-- and never changed, but for what `erase` takes away (`salt` and `data`). The row stays, so that its id is not used again.
CREATE TABLE recuse_state.permit_request (
  place bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  id text PRIMARY KEY CHECK (id <> ''),
  salt bytea CHECK (length(salt) = 32),
  data bytea,
  CHECK ((salt IS NULL) = (data IS NULL))
);
COMMENT ON TABLE recuse_state.permit_request IS 'requests for permits; how each stands, the ledger and the databases say';

CREATE TABLE recuse_state.permit_note (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request text NOT NULL REFERENCES recuse_state.permit_request,
  salt bytea CHECK (length(salt) = 32),
  data bytea,
  CHECK ((salt IS NULL) = (data IS NULL))
);
CREATE INDEX permit_note_request ON recuse_state.permit_note (request, place);
COMMENT ON TABLE recuse_state.permit_note IS 'who approved, refused, withdrew or reviewed what, and what they said of it';

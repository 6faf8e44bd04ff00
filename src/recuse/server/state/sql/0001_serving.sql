-- Which policy is answered under: all that serve one state agree on it, and one that has another gives no answer.
-- `place` is where the newest entry about it stands in the ledger, so that no one goes back to an older one; -1 is
-- an institution whose ledger has none yet, -2 a state that nobody has served.
CREATE TABLE recuse_state.serving (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  policy text NOT NULL DEFAULT '',
  place bigint NOT NULL DEFAULT -2,
  since timestamptz NOT NULL DEFAULT now(),
  halted text CHECK (halted <> '')
);
INSERT INTO recuse_state.serving DEFAULT VALUES;
COMMENT ON TABLE recuse_state.serving IS 'the policy that is answered under; while halted says why, nothing is answered';

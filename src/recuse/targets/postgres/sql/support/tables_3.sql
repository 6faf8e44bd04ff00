-- From version 2 of the schema to version 3: what the event trigger saw.
SET LOCAL ROLE recuse_owner;
CREATE TABLE recuse.seen (
  at timestamptz NOT NULL,
  transaction xid8 NOT NULL,  -- an object is written down once in it, however often it is looked at
  login name NOT NULL,
  code text NOT NULL,
  object text NOT NULL,
  detail text NOT NULL,
  done text NOT NULL CHECK (done IN ('closed', 'reported')),  -- what was refused leaves no row, but a line in the server's log
  PRIMARY KEY (transaction, code, object, detail)
);
CREATE INDEX seen_at ON recuse.seen (at);
INSERT INTO recuse.support VALUES (3);
RESET ROLE;

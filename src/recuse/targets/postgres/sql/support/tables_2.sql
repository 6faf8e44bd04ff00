-- From version 1 of the schema to version 2: gateways and their keys, and which permits were used. A fresh schema is made by both.
SET LOCAL ROLE recuse_owner;
ALTER TABLE recuse.account ADD COLUMN gateway boolean NOT NULL DEFAULT false;  -- many people behind one login
CREATE TABLE recuse.gateway_key (
  login name NOT NULL REFERENCES recuse.account ON DELETE CASCADE,
  made_at timestamptz NOT NULL,
  inner_block bytea NOT NULL CHECK (length(inner_block) = 64),  -- the key as HMAC uses it, so that a check is two hashes
  outer_block bytea NOT NULL CHECK (length(outer_block) = 64),
  PRIMARY KEY (login, made_at)
);
CREATE TABLE recuse.used (permit_id text NOT NULL, at timestamptz NOT NULL);  -- not unique: a first use waits for no other
CREATE INDEX used_permit ON recuse.used (permit_id);
INSERT INTO recuse.support VALUES (2);
RESET ROLE;

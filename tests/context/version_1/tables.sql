-- The recuse schema, version 1: registered accounts, declarations, permits. Owned by a role that nobody can log in as.
CREATE SCHEMA recuse AUTHORIZATION recuse_owner;
SET LOCAL ROLE recuse_owner;
CREATE TABLE recuse.support (version integer PRIMARY KEY);
CREATE TABLE recuse.account (
  login name PRIMARY KEY,
  login_oid oid NOT NULL,  -- beside the name: a login dropped and made again is another login
  active boolean NOT NULL
);
CREATE TABLE recuse.declaration (
  login name NOT NULL REFERENCES recuse.account,
  purpose text NOT NULL,
  authority text NOT NULL,
  agreement text NOT NULL,  -- '' without one
  class_role name NOT NULL,
  PRIMARY KEY (login, purpose, authority, agreement)
);
CREATE TABLE recuse.permit (
  permit_id text PRIMARY KEY,
  login name NOT NULL,
  login_oid oid NOT NULL,
  purpose text NOT NULL,
  authority text NOT NULL,
  agreement text NOT NULL,
  case_number text NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_until timestamptz NOT NULL CHECK (valid_until > valid_from),
  ledger_index bigint NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX permit_of_login ON recuse.permit (login, purpose, authority);
INSERT INTO recuse.support VALUES (1);
RESET ROLE;

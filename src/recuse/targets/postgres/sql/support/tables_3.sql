-- From version 2 of the schema to version 3: where its rows are true, and what the event trigger saw. A copy of this database carries the row and is elsewhere.
-- The right lets the schema's owner ask when the server was last started from a base backup; without it that is not told.
DO $recuse$
BEGIN
  GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_file(text, boolean) TO recuse_owner;
EXCEPTION WHEN insufficient_privilege THEN
  NULL;
END
$recuse$;
SET LOCAL ROLE recuse_owner;
CREATE TABLE recuse.identity (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  started timestamptz NOT NULL,  -- of the server when all the rest was last seen to be so: while it runs nothing else is asked
  place text NOT NULL,  -- the file of this table, which lies in its database's folder
  written xid NOT NULL,  -- the transaction that wrote the row: what restores it from a dump is another
  system_identifier bigint,
  timeline bigint,
  database_oid oid,
  base_backup text,  -- from which the server was last started; NULL without one
  ledger_index bigint  -- how many entries the ledger had when this database last followed it
);
INSERT INTO recuse.identity (started, place, written)
VALUES (pg_catalog.pg_postmaster_start_time(), pg_catalog.pg_relation_filepath('recuse.identity'), pg_catalog.pg_current_xact_id()::xid);
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

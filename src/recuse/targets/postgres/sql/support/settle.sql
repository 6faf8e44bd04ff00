-- Writes down where this is, for the gates: where the schema's rows are known to be true, so that they need not look again until the
-- next start of the server, or, resuming, where they have been made true. FALSE, and nothing is written, where neither is so.
CREATE OR REPLACE FUNCTION recuse.settle(ledger_index bigint, resuming boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  own boolean;
BEGIN
  IF NOT resuming AND recuse.moved() IS NOT NULL THEN
    RETURN false;
  END IF;
  INSERT INTO recuse.identity AS i
  SELECT true, pg_postmaster_start_time(), pg_relation_filepath('recuse.identity'), pg_current_xact_id()::xid,
         h.system_identifier, h.timeline, h.database_oid, h.base_backup, settle.ledger_index
  FROM recuse.here() h
  ON CONFLICT (one) DO UPDATE SET
    (started, place, written, system_identifier, timeline, database_oid, base_backup, ledger_index)
    = ROW (excluded.started, excluded.place, excluded.written, excluded.system_identifier, excluded.timeline,
           excluded.database_oid, excluded.base_backup, coalesce(excluded.ledger_index, i.ledger_index))
  RETURNING i.xmin = i.written INTO own;
  IF own IS NOT TRUE THEN
    RAISE active_sql_transaction USING MESSAGE = 'where this is cannot be written down inside a savepoint';
  END IF;
  RETURN true;
END
$recuse$;

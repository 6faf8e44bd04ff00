-- Why the rows of this schema are not known to be true here, in a word; NULL where they are. The gates ask it of a server that was
-- started since the row of recuse.identity was written, which only recuse.settle writes: after each of its own restarts, until then.
CREATE OR REPLACE FUNCTION recuse.moved() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  noted record;
  found record;
BEGIN
  SELECT i.*, i.xmin IS NOT DISTINCT FROM i.written AS own INTO noted FROM recuse.identity i;
  IF noted.own IS NOT TRUE THEN
    RETURN 'dump';
  ELSIF noted.started = pg_postmaster_start_time() AND noted.place = pg_relation_filepath('recuse.identity') THEN
    RETURN NULL;
  END IF;
  found := recuse.here();
  RETURN CASE WHEN found.system_identifier IS DISTINCT FROM noted.system_identifier THEN 'system'
              WHEN found.database_oid IS DISTINCT FROM noted.database_oid THEN 'database'
              WHEN found.recovering AND (found.timeline <= noted.timeline) IS NOT TRUE THEN 'timeline'
              WHEN found.recovering AND found.restoring IS NOT FALSE THEN 'restoring'
              WHEN found.recovering AND found.fed IS NOT TRUE THEN 'unfed'
              WHEN found.recovering THEN NULL
              WHEN found.timeline IS DISTINCT FROM noted.timeline THEN 'timeline'
              WHEN found.base_backup IS DISTINCT FROM noted.base_backup THEN 'backup'
         END;
END
$recuse$;

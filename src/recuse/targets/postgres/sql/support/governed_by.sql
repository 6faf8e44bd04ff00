-- The governed tables that a relation's rules read, a view's own rule among them, however far down.
CREATE OR REPLACE FUNCTION recuse.governed_by(relation oid) RETURNS regclass[]
LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN (
    WITH RECURSIVE read (oid) AS (
      SELECT governed_by.relation
      UNION
      SELECT d.refobjid
      FROM read r JOIN pg_rewrite w ON w.ev_class = r.oid
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    )
    SELECT coalesce(array_agg(r.oid::regclass ORDER BY r.oid::regclass::text), '{}') FROM read r
    WHERE r.oid <> governed_by.relation AND recuse.governed(r.oid));
END
$recuse$;

-- Whether the policy governs a relation: it has the cut, by its name or by what the condition calls, so that neither a new name nor
-- another condition takes it out. What is temporary is its session's alone, as when a plan tries a row policy out.
CREATE OR REPLACE FUNCTION recuse.governed(relation oid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN EXISTS (SELECT FROM pg_class c WHERE c.oid = governed.relation AND c.relpersistence <> 't')
         AND EXISTS (SELECT FROM pg_policy p
                     WHERE p.polrelid = governed.relation
                       AND (p.polname = 'recuse_cut'
                            OR EXISTS (SELECT FROM pg_depend d
                                       WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                                         AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = to_regproc('recuse.admitted'))));
END
$recuse$;

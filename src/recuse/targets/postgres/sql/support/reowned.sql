-- Whether an object got its owner in this transaction, by being made or by being given away. The bootstrap superuser leaves no trace as
-- an owner, and no policy binds it.
CREATE OR REPLACE FUNCTION recuse.reowned(of_class oid, of_object oid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN EXISTS (SELECT FROM pg_shdepend s
                 WHERE s.classid = of_class AND s.objid = of_object AND s.deptype = 'o'
                   AND s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) AND age(s.xmin) <= 0);
END
$recuse$;

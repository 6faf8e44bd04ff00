-- Whether this session is `recuse apply`, told by what nobody else can have: it is a superuser's and holds apply's lock.
CREATE OR REPLACE FUNCTION recuse.applying() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN EXISTS (SELECT FROM pg_roles r WHERE r.rolname = session_user AND r.rolsuper)
         AND EXISTS (SELECT FROM pg_locks l
                     WHERE l.locktype = 'advisory' AND l.pid = pg_backend_pid() AND l.granted AND l.mode = 'ExclusiveLock'
                       AND l.classid = 1919247221 AND l.objid = 1935998977 AND l.objsubid = 1
                       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));
END
$recuse$;

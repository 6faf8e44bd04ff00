-- empty: whether a database holds nothing but what it was made with, every right on that included: then no path leads
-- through it that does not lead through any other database, and only who may connect is asked.
SELECT NOT (
  EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relnamespace <> 'pg_toast'::regnamespace)
  OR EXISTS (SELECT FROM pg_proc WHERE oid >= 16384)
  OR EXISTS (SELECT FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_(toast|temp)')
  OR EXISTS (SELECT FROM pg_foreign_data_wrapper)
  OR EXISTS (SELECT FROM pg_largeobject_metadata)
  OR EXISTS (SELECT FROM pg_default_acl)
  OR EXISTS (SELECT FROM pg_event_trigger)
  OR EXISTS (SELECT FROM pg_publication)
  OR EXISTS (SELECT FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  OR EXISTS (SELECT FROM pg_prepared_xacts WHERE database = current_database())
  OR EXISTS (SELECT FROM pg_extension WHERE extname <> 'plpgsql')
  OR EXISTS (
    SELECT FROM (
      SELECT 'pg_proc'::regclass AS kind, oid, 0 AS part, proacl AS acl FROM pg_proc
      UNION ALL SELECT 'pg_class'::regclass, oid, 0, relacl FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
      UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, attacl FROM pg_attribute
    ) AS o
    LEFT JOIN pg_init_privs AS i ON i.classoid = o.kind AND i.objoid = o.oid AND i.objsubid = o.part
    WHERE o.acl IS NOT NULL AND o.acl IS DISTINCT FROM i.initprivs)
) AS empty

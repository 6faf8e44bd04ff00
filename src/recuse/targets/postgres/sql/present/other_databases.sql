-- other databases: roles are those of the whole server, and every account may connect unless CONNECT was revoked.
SELECT string_agg(d.datname, ', ' ORDER BY d.datname) FROM pg_database AS d
WHERE d.datallowconn AND d.datname <> current_database() AND EXISTS (
  SELECT FROM pg_roles AS r
  WHERE r.rolcanlogin AND NOT r.rolsuper AND has_database_privilege(r.oid, d.oid, 'CONNECT'))

-- connect: logins that the database lets in; pg_hba.conf may still refuse them, and is not weighed here.
SELECT 'login:' || r.rolname AS source, 'database:' || d.datname AS target, 'CONNECT' AS kind,
       format('%I may connect to %I', r.rolname, d.datname) AS reason
FROM role AS r, pg_database AS d
WHERE r.rolcanlogin AND d.datname = current_database() AND has_database_privilege(r.oid, d.oid, 'CONNECT')

-- system functions granted out: rights of the server, given on.
SELECT string_agg(DISTINCT p.oid::regprocedure::text, ', ')
FROM pg_proc AS p
JOIN pg_init_privs AS i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass
CROSS JOIN aclexplode(p.proacl) AS a
WHERE p.proname NOT IN ('pg_read_file', 'pg_read_binary_file', 'lo_import') AND a.privilege_type = 'EXECUTE'
  AND NOT EXISTS (SELECT FROM aclexplode(i.initprivs) AS b
                  WHERE b.grantee = a.grantee AND b.privilege_type = 'EXECUTE')

-- prepared transactions: who prepared one may commit it later, and what it grants holds then, whatever was revoked since. A table
-- whose catalog row one of them is changing is seen by that row; a change of memberships or roles only by its lock.
SELECT r.node AS source, t.node AS target, 'prepared transaction' AS kind,
       format('%I may commit the prepared transaction %L, which changes the rights or the form of %s', r.rolname, x.gid, t.name) AS reason,
       format('COMMIT PREPARED %L', x.gid) AS attempt, r.rolname AS only_as, ARRAY[t.schema] AS needs
FROM pg_prepared_xacts AS x
JOIN role AS r ON r.rolname = x.owner AND NOT r.rolsuper
JOIN pg_class AS c ON c.xmax = x.transaction
JOIN relation AS t ON t.oid = c.oid
WHERE x.database = current_database()
UNION ALL
SELECT DISTINCT r.node, 'prepared:', 'prepared transaction',
       format('%I may commit the prepared transaction %L, which changes %s', r.rolname, x.gid, l.relation::regclass), NULL, r.rolname,
       NULL::text[]
FROM pg_prepared_xacts AS x
JOIN role AS r ON r.rolname = x.owner AND NOT r.rolsuper
JOIN pg_locks AS l ON l.pid IS NULL AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'AccessExclusiveLock')
  AND l.relation IN ('pg_auth_members'::regclass, 'pg_authid'::regclass, 'pg_attribute'::regclass, 'pg_proc'::regclass,
                     'pg_namespace'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass)
  AND l.virtualtransaction IN (SELECT h.virtualtransaction FROM pg_locks AS h WHERE h.locktype = 'transactionid' AND h.transactionid = x.transaction)

-- inheritance and partitions: a command on a parent reaches its descendants, whose own grants and row policies are not asked; a
-- command on a descendant reaches part of the parent.
SELECT p.privilege || ':' || up.name AS source, p.privilege || ':' || down.name AS target, 'inheritance' AS kind,
       format('%s on %s reaches %s too', upper(p.privilege), up.name, down.name) AS reason, '' AS identity
FROM pg_inherits AS i
JOIN changed AS up ON up.oid = i.inhparent
JOIN changed AS down ON down.oid = i.inhrelid
CROSS JOIN unnest(ARRAY['insert', 'update', 'delete', 'truncate', 'drop']) AS p (privilege)
WHERE p.privilege <> 'insert' OR up.relkind = 'p'
UNION ALL
SELECT p.privilege || ':' || down.name, p.privilege || ':' || up.name, 'partition',
       format('%s holds part of the rows of %s', down.name, up.name), ''
FROM pg_inherits AS i
JOIN changed AS up ON up.oid = i.inhparent
JOIN changed AS down ON down.oid = i.inhrelid
CROSS JOIN unnest(ARRAY['insert', 'update', 'delete', 'truncate', 'drop']) AS p (privilege)

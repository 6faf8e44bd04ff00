-- foreign keys: what a referenced row's end or change does to the rows that refer to it, as their owner: no right on them is
-- asked, and no row policy.
SELECT way.event || ':' || p.name AS source, CASE way.action WHEN 'c' THEN way.event ELSE 'update' END || ':' || c.name AS target,
       'foreign key' AS kind,
       format('%s rows of %s %s the rows of %s that refer to them (%I ON %s %s), whatever row policies say',
              CASE way.event WHEN 'delete' THEN 'deleting' ELSE 'updating' END, p.name,
              CASE WHEN way.event = 'delete' AND way.action = 'c' THEN 'deletes' ELSE 'changes' END, c.name, k.conname,
              upper(way.event), CASE way.action WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END) AS reason,
       '' AS identity
FROM pg_constraint AS k
JOIN changed AS c ON c.oid = k.conrelid
JOIN changed AS p ON p.oid = k.confrelid
CROSS JOIN LATERAL (VALUES ('delete', k.confdeltype), ('update', k.confupdtype)) AS way (event, action)
WHERE k.contype = 'f' AND way.action IN ('c', 'n', 'd')

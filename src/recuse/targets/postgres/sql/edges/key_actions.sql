-- foreign key actions: deleting or updating a key changes the rows that refer to it, as the owner of their table.
SELECT way.event || ':' || p.name AS source, CASE way.action WHEN 'c' THEN way.event ELSE 'update' END || ':' || c.name AS target,
       'foreign key action' AS kind,
       format('%s from %s changes %s as its owner %I, by the foreign key %I', way.event, p.name, c.name,
              pg_get_userbyid(c.relowner), k.conname) AS reason,
       pg_get_userbyid(c.relowner) AS identity
FROM pg_constraint AS k
JOIN relation AS p ON p.oid = k.confrelid
JOIN relation AS c ON c.oid = k.conrelid
CROSS JOIN LATERAL (VALUES ('delete', k.confdeltype), ('update', k.confupdtype)) AS way (event, action)
WHERE k.contype = 'f' AND way.action IN ('c', 'n', 'd')

-- triggers: those that fire in ordinary sessions, with the events that fire them and what their function is.
SELECT t.tgrelid AS relation, r.name AS relation_name, r.relowner AS owner, pg_get_userbyid(r.relowner) AS owner_name,
       t.tgname AS name, t.tgfoid AS function, t.tgtype & 1 <> 0 AS row,
       ARRAY(SELECT e.name FROM (VALUES (4, 'insert'), (8, 'delete'), (16, 'update'), (32, 'truncate')) AS e (bit, name)
             WHERE t.tgtype & e.bit <> 0) AS events
FROM pg_trigger AS t JOIN relation AS r ON r.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgfoid >= 16384
ORDER BY r.name, t.tgname

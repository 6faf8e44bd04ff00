-- triggers: those that fire in ordinary sessions, with the events that fire them and what their function is.
-- Until PostgreSQL 17 an AFTER trigger that a foreign key fires runs as the session; a BEFORE trigger, and any from 18, as who
-- makes the change (`as_changer`).
SELECT t.tgrelid AS relation, r.name AS relation_name, r.node,
       o.oid AS owner, o.rolname AS owner_name, o.rolsuper AS superuser,
       o.rolcreaterole AND current_setting('server_version_num')::int < 160000 AS create_role,
       t.tgname AS name, t.tgfoid AS function, array_remove(ARRAY[t.tgoldtable, t.tgnewtable]::text[], NULL) AS rows, t.tgtype & 1 <> 0 AS row,
       t.tgtype & 1 <> 0 AND t.tgtype & 66 <> 0 AND t.tgtype & 20 <> 0 AS fills, -- BEFORE or INSTEAD OF, INSERT or UPDATE
       t.tgtype & 2 <> 0 OR current_setting('server_version_num')::int >= 180000 AS as_changer,
       ARRAY(SELECT e.name FROM (VALUES (4, 'insert'), (8, 'delete'), (16, 'update'), (32, 'truncate')) AS e (bit, name)
             WHERE t.tgtype & e.bit <> 0) AS events,
       CASE WHEN r.relkind IN ('r', 'p') THEN ARRAY['firing', r.nspname, r.relname, t.tgname, t.tgenabled::text]::text[] ELSE '{}' END AS ends
FROM pg_trigger AS t JOIN relation AS r ON r.oid = t.tgrelid JOIN role AS o ON o.oid = r.relowner
WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgfoid >= 16384
ORDER BY r.name, t.tgname

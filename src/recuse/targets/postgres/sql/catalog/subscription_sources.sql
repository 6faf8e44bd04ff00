-- subscription sources: where each subscription of this database copies from, with the password if there is one: it is
-- looked for and not kept. Only a superuser changes one that needs no password (16 and later).
SELECT s.subname::text AS name, s.subconninfo AS words, o.rolname AS owner,
       NOT o.rolsuper AND coalesce((to_jsonb(s) ->> 'subpasswordrequired')::boolean, true) AS changed
FROM pg_subscription AS s
JOIN role AS o ON o.oid = s.subowner
JOIN pg_database AS d ON d.oid = s.subdbid AND d.datname = current_database()

-- subscription sources: where each subscription of this database copies from, with the password if there is one: it is
-- looked for and not kept.
SELECT s.subname::text AS name, s.subconninfo AS words FROM pg_subscription AS s
JOIN pg_database AS d ON d.oid = s.subdbid AND d.datname = current_database()

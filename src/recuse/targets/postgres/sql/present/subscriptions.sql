-- subscriptions: rows come in under other rights.
SELECT count(*) || ' in this database' FROM pg_subscription AS s
JOIN pg_database AS d ON d.oid = s.subdbid AND d.datname = current_database() HAVING count(*) > 0

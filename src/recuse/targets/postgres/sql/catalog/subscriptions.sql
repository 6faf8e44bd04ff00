-- subscriptions: those of this database, and the columns of each relation that they keep as a copy (NULL: none yet).
SELECT s.subname::text AS name, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation,
       'column:' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '.' || quote_ident(a.attname) AS column
FROM pg_subscription AS s
JOIN pg_database AS d ON d.oid = s.subdbid AND d.datname = current_database()
LEFT JOIN pg_subscription_rel AS r ON r.srsubid = s.oid
LEFT JOIN pg_class AS c ON c.oid = r.srrelid
LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY s.subname, 2, a.attnum

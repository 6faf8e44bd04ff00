-- others: the other databases of the server that anyone can connect to, template1 too.
SELECT datname::text AS name, quote_ident(datname) AS identifier FROM pg_database
WHERE datallowconn AND datname <> current_database()
ORDER BY datname

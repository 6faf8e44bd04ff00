-- prepared transactions: what they will do when they are committed cannot be seen.
SELECT count(*) || ' in this database' FROM pg_prepared_xacts WHERE database = current_database() HAVING count(*) > 0

-- replication accounts: the REPLICATION attribute copies everything.
SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles WHERE rolreplication AND rolcanlogin AND NOT rolsuper

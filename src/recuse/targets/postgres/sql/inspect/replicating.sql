-- Logins that may replicate: a base backup and a slot show them everything.
SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolreplication AND rolcanlogin;

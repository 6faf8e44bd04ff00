REVOKE SELECT ON cpd.person FROM pg_database_owner;

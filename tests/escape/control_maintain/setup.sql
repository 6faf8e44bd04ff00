-- MAINTAIN and its predefined role rewrite and refresh as the owner, and show nothing.
-- pg: 18
CREATE MATERIALIZED VIEW pub.copy AS SELECT ssn FROM cpd.person;
GRANT pg_maintain, pg_checkpoint, pg_use_reserved_connections, pg_create_subscription, pg_signal_autovacuum_worker TO ice;
GRANT MAINTAIN ON cpd.person TO ice;

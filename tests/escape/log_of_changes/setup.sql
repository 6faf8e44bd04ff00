-- F09: pg_walinspect shows the rows in the log; its functions are granted to pg_read_server_files when it is made.
-- pg: 18
CREATE EXTENSION pg_walinspect;
GRANT pg_read_server_files TO ice;
CHECKPOINT;
-- next transaction
INSERT INTO cpd.person (ssn) VALUES ('SECRET-4711');

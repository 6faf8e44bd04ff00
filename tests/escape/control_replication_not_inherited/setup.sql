-- An attribute is not inherited: a member that may not become the role with REPLICATION makes no slot and reads none.
-- pg: 18
CREATE ROLE copier LOGIN REPLICATION;
GRANT copier TO ice WITH INHERIT TRUE, SET FALSE;
CREATE PUBLICATION everything FOR ALL TABLES;
-- next transaction
SELECT pg_create_logical_replication_slot('standing', 'pgoutput');
-- next transaction
INSERT INTO cpd.person (ssn) VALUES ('SECRET-4711');

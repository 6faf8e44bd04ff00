-- A prepared transaction of rows alone grants nothing, nor does one that somebody else prepared.
GRANT INSERT ON cpd.person TO ice;
-- next transaction
SET SESSION AUTHORIZATION ice;
BEGIN;
INSERT INTO cpd.person (id) VALUES (4711);
PREPARE TRANSACTION 'rows';
-- next transaction
SET SESSION AUTHORIZATION owner1;
BEGIN;
GRANT SELECT ON cpd.person TO ice;
PREPARE TRANSACTION 'theirs';

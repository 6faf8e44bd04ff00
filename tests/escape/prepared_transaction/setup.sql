-- What was granted in a prepared transaction holds when it is committed, whatever was revoked since.
GRANT owner1 TO ice;
-- next transaction
SET SESSION AUTHORIZATION ice;
BEGIN;
GRANT SELECT ON cpd.person TO ice;
PREPARE TRANSACTION 'later';
-- next transaction
RESET SESSION AUTHORIZATION;
REVOKE owner1 FROM ice;

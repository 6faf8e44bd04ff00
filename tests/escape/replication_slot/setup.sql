-- F08: whoever may become a role with REPLICATION reads later changes from a slot, and no publication is needed.
CREATE ROLE copier REPLICATION;
GRANT copier TO ice;
DELETE FROM cpd.person WHERE id > 1;
-- next transaction
SELECT pg_create_logical_replication_slot('standing', 'test_decoding');
-- next transaction
UPDATE cpd.person SET name = name;

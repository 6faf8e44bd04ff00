SET ROLE copier;
SELECT data FROM pg_logical_slot_peek_changes('standing', NULL, NULL);

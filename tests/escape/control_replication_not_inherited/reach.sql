SELECT data FROM pg_logical_slot_get_binary_changes('standing', NULL, NULL, 'proto_version', '1', 'publication_names', 'everything');
SELECT 'made' FROM pg_create_logical_replication_slot('own', 'test_decoding', true);
SELECT data FROM pg_logical_slot_get_changes('own', NULL, NULL);
\connect -reuse-previous=on "replication=database"
BASE_BACKUP;

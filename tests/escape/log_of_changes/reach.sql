SELECT block_data FROM pg_get_wal_block_info((SELECT redo_lsn FROM pg_control_checkpoint()), pg_current_wal_flush_lsn())
WHERE relfilenode = pg_relation_filenode('cpd.person');

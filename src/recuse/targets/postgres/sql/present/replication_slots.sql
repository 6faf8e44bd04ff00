-- replication slots: they keep all changes for whoever may read them.
SELECT string_agg(slot_name, ', ' ORDER BY slot_name) FROM pg_replication_slots

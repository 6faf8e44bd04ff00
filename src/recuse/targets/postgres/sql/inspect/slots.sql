-- Replication slots: each keeps what happened for whoever reads it.
SELECT slot_name::text FROM pg_catalog.pg_replication_slots;

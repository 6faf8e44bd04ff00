-- replication-slots: a slot keeps all changes for whoever has REPLICATION.
SELECT format('slot `%s` keeps all changes for accounts with REPLICATION, hidden rows too', slot_name)
FROM pg_replication_slots ORDER BY 1

SELECT person_id, narrative FROM records.incident

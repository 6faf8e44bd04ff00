SELECT person_id, home_address FROM records.person_next

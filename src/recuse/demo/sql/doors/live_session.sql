SELECT person_id, home_address, phone FROM records.person

SELECT person_id, designation FROM records.gang_card

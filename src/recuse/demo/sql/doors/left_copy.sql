SELECT person_id, designation FROM stock.gang_extract

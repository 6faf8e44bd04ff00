SELECT person_id, narrative FROM stock.incident

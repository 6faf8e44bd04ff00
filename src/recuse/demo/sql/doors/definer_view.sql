SELECT person_id, home_address, phone FROM exchange.person_contact

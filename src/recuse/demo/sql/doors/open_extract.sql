SELECT person_id, charge, release_at FROM stock.arrest_extract

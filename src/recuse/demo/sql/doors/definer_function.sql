SELECT wanted, held.custody_id, held.release_at
FROM generate_series(1, 1000) AS wanted, LATERAL exchange.release_of(wanted) AS held

SELECT arrest_id, person_id, arrested_at, charge, district, release_at, is_sealed, is_juvenile
FROM records.arrest
WHERE arrested_at >= %(since)s

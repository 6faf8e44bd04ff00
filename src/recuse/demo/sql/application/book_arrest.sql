INSERT INTO records.arrest (person_id, arrested_at, charge, district, is_juvenile)
SELECT person_id, %(arrested_at)s, %(charge)s, %(district)s, is_juvenile FROM records.person WHERE person_id = %(person_id)s
RETURNING arrest_id

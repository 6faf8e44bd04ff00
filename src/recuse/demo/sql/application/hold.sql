INSERT INTO records.custody (arrest_id, person_id, facility, status, held_at, is_sealed, is_juvenile)
SELECT a.arrest_id, a.person_id, %(facility)s, 'held', a.arrested_at, a.is_sealed, p.is_juvenile
FROM records.arrest AS a JOIN records.person AS p USING (person_id)
WHERE a.arrest_id = %(arrest_id)s

-- custody: every third arrest; who has no release date is held.
INSERT INTO records.custody (arrest_id, person_id, facility, status, held_at, release_at, is_sealed, is_juvenile)
SELECT
    a.arrest_id,
    a.person_id,
    (ARRAY['county-1','county-2','county-3','district'])[1 + pg_temp.pick(a.arrest_id, %(seed)s::bigint, 41, 4)],
    CASE WHEN a.release_at IS NULL OR pg_temp.pick(a.arrest_id, %(seed)s::bigint, 42, 40) = 0 THEN 'held' ELSE 'released' END,
    a.arrested_at,
    a.release_at,
    a.is_sealed,
    p.is_juvenile
FROM records.arrest AS a JOIN records.person AS p USING (person_id)
WHERE pg_temp.pick(a.arrest_id, %(seed)s::bigint, 40, 3) = 0
ORDER BY a.arrest_id

-- status_exchange: 25 answers in ten years, however many people there are; more would be a practice, not an exception.
INSERT INTO records.status_exchange
SELECT
    person_id,
    (ARRAY['citizen','permanent resident','not known'])[1 + pg_temp.pick(person_id, %(seed)s::bigint, 90, 3)],
    (ARRAY['court order','written consent of the person'])[1 + pg_temp.pick(person_id, %(seed)s::bigint, 91, 2)],
    date '2009-07-01' + pg_temp.pick(person_id, %(seed)s::bigint, 92, 3650)
FROM records.person
WHERE NOT is_juvenile
ORDER BY pg_temp.pick(person_id, %(seed)s::bigint, 93, 1000000000), person_id
LIMIT 25

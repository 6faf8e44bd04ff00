-- case_note: one for every twenty people, a quarter of them drafts.
INSERT INTO records.case_note (incident_id, author, body, is_draft, written_at)
SELECT
    1 + pg_temp.pick(i, %(seed)s::bigint, 80, greatest(%(people)s / 2, 1)),
    'records_clerk_0' || 1 + pg_temp.pick(i, %(seed)s::bigint, 81, 2),
    'Synthetic note ' || i,
    pg_temp.pick(i, %(seed)s::bigint, 82, 4) = 0,
    timestamptz '2009-07-01 00:00+00' + interval '1 minute' * pg_temp.pick(i, %(seed)s::bigint, 83, 5250000)
FROM generate_series(1, %(people)s::integer / 20) AS i
ORDER BY i

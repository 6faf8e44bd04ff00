-- arrest: three for every four people, over ten years; whether the person was a juvenile was not always recorded.
INSERT INTO records.arrest
SELECT
    i,
    person_id,
    arrested_at,
    (ARRAY['burglary','theft','fraud','assault','narcotics','traffic','trespass','weapons'])[1 + pg_temp.pick(i, %(seed)s::bigint, 22, 8)],
    'D' || lpad((1 + pg_temp.pick(i, %(seed)s::bigint, 23, 22))::text, 2, '0'),
    CASE WHEN pg_temp.pick(i, %(seed)s::bigint, 24, 5) > 0
        THEN arrested_at + interval '1 hour' * (2 + pg_temp.pick(i, %(seed)s::bigint, 25, 900)) END,
    p.is_sealed OR pg_temp.pick(i, %(seed)s::bigint, 26, 50) = 0,
    CASE WHEN pg_temp.pick(i, %(seed)s::bigint, 27, 30) > 0 THEN p.is_juvenile END
FROM generate_series(1, %(people)s::integer * 3 / 4) AS i,
    LATERAL (
        SELECT
            1 + pg_temp.pick(i, %(seed)s::bigint, 20, %(people)s) AS person_id,
            timestamptz '2009-07-01 00:00+00' + interval '1 minute' * pg_temp.pick(i, %(seed)s::bigint, 21, 5250000) AS arrested_at
    ) AS made
    JOIN records.person AS p USING (person_id)

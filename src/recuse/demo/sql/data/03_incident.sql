-- incident: one narrative for every two people; it is closed with the person it is about.
INSERT INTO records.incident
SELECT
    i,
    person_id,
    timestamptz '2009-07-01 00:00+00' + interval '1 minute' * pg_temp.pick(i, %(seed)s::bigint, 31, 5250000),
    offence,
    district,
    'Synthetic narrative ' || i || ': officers of ' || district || ' met ' || p.given_name || ' ' || p.family_name
    || ' in a matter of ' || offence || '.',
    p.is_sealed,
    p.is_juvenile
FROM generate_series(1, %(people)s::integer / 2) AS i,
    LATERAL (
        SELECT
            1 + pg_temp.pick(i, %(seed)s::bigint, 30, %(people)s) AS person_id,
            (ARRAY['burglary','theft','fraud','assault','narcotics','traffic','trespass','weapons'])[1 + pg_temp.pick(i, %(seed)s::bigint, 32, 8)] AS offence,
            'D' || lpad((1 + pg_temp.pick(i, %(seed)s::bigint, 33, 22))::text, 2, '0') AS district
    ) AS made
    JOIN records.person AS p USING (person_id)

-- gang_card: one for every ten people; many name no group, many give no reason, as an inspector general once found.
INSERT INTO records.gang_card
SELECT
    i,
    person_id,
    CASE WHEN pg_temp.pick(i, %(seed)s::bigint, 51, 8) > 0 THEN 'Group ' || 1 + pg_temp.pick(i, %(seed)s::bigint, 52, 60) END,
    CASE WHEN pg_temp.pick(i, %(seed)s::bigint, 53, 6) > 0
        THEN (ARRAY['stated by the person','seen with others','informant'])[1 + pg_temp.pick(i, %(seed)s::bigint, 54, 3)] END,
    date '2009-07-01' + pg_temp.pick(i, %(seed)s::bigint, 55, 3650),
    p.is_sealed,
    p.is_juvenile
FROM generate_series(1, %(people)s::integer / 10) AS i,
    LATERAL (SELECT 1 + pg_temp.pick(i, %(seed)s::bigint, 50, %(people)s) AS person_id) AS made
    JOIN records.person AS p USING (person_id)

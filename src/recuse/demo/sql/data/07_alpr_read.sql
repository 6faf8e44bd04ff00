-- alpr_read: one for every two people, over the last ninety days.
INSERT INTO records.alpr_read (plate, camera, read_at)
SELECT
    'DEMO ' || lpad(pg_temp.pick(i, %(seed)s::bigint, 70, 60000)::text, 5, '0'),
    'camera-' || 1 + pg_temp.pick(i, %(seed)s::bigint, 71, 150),
    timestamptz '2019-04-02 00:00+00' + interval '1 second' * pg_temp.pick(i, %(seed)s::bigint, 72, 7776000)
FROM generate_series(1, %(people)s::integer / 2) AS i
ORDER BY i

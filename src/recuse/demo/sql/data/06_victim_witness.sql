-- victim_witness: every second incident has one; one in six is a juvenile.
INSERT INTO records.victim_witness
SELECT
    i,
    1 + pg_temp.pick(i, %(seed)s::bigint, 60, greatest(%(people)s / 2, 1)),
    (ARRAY['victim','witness'])[1 + pg_temp.pick(i, %(seed)s::bigint, 61, 2)],
    (ARRAY['Ada','Bem','Cilo','Dora','Eban','Fila','Gido','Hela'])[1 + pg_temp.pick(i, %(seed)s::bigint, 62, 8)]
    || (ARRAY[' Braebek',' Corudan',' Deliaren',' Fenogor',' Kelamir',' Osteosen'])[1 + pg_temp.pick(i, %(seed)s::bigint, 63, 6)],
    '312-555-01' || lpad(pg_temp.pick(i, %(seed)s::bigint, 64, 100)::text, 2, '0'),
    pg_temp.pick(i, %(seed)s::bigint, 65, 6) = 0
FROM generate_series(1, %(people)s::integer / 4) AS i

-- person: invented names from syllables, telephone numbers from the range kept for fiction, one in 40 sealed.
INSERT INTO records.person
SELECT
    i,
    (ARRAY['Bra','Cor','Del','Fen','Gal','Hol','Jor','Kel','Lum','Mar','Nor','Ost','Pel','Quin','Ros','Sel'])[1 + pg_temp.pick(i, %(seed)s::bigint, 1, 16)]
    || (ARRAY['a','e','i','o','u','ae','ia','eo'])[1 + pg_temp.pick(i, %(seed)s::bigint, 2, 8)]
    || (ARRAY['bek','dan','fort','gor','lan','mir','nov','rell','sen','tov','vick','wen'])[1 + pg_temp.pick(i, %(seed)s::bigint, 3, 12)],
    (ARRAY['Ada','Bem','Cilo','Dora','Eban','Fila','Gido','Hela','Ivo','Jana','Kemo','Lira','Milo','Nela','Oro','Pia'])[1 + pg_temp.pick(i, %(seed)s::bigint, 4, 16)],
    born,
    1 + pg_temp.pick(i, %(seed)s::bigint, 6, 9900) || ' ' || (ARRAY['Example','Sample','Model','Specimen'])[1 + pg_temp.pick(i, %(seed)s::bigint, 7, 4)]
    || (ARRAY[' Street',' Avenue',' Court',' Place'])[1 + pg_temp.pick(i, %(seed)s::bigint, 8, 4)],
    '312-555-01' || lpad(pg_temp.pick(i, %(seed)s::bigint, 9, 100)::text, 2, '0'),
    (ARRAY['US','US','US','US','US','US','CA','CN','GT','IN','MX','NG','PH','PL','UA','VN'])[1 + pg_temp.pick(i, %(seed)s::bigint, 10, 16)],
    pg_temp.pick(i, %(seed)s::bigint, 11, 40) = 0,
    born > date '2001-07-01',
    timestamptz '2009-07-01 00:00+00' + interval '1 minute' * pg_temp.pick(i, %(seed)s::bigint, 12, 5250000)
FROM generate_series(1, %(people)s::integer) AS i,
    LATERAL (SELECT date '2009-01-01' - pg_temp.pick(i, %(seed)s::bigint, 5, 22000) AS born) AS age

-- Nights overlap, so that none is missed; what is there already stays as it is.
INSERT INTO stock.arrest_extract
    (arrest_id, person_id, arrested_at, charge, district, release_at, is_sealed, is_juvenile)
SELECT * FROM unnest(%s::integer[], %s::integer[], %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[],
    %s::boolean[], %s::boolean[])
ON CONFLICT DO NOTHING

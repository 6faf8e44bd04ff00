-- crime_map: what the public sees of the incidents: a day, a block, an offence.
INSERT INTO records.crime_map (occurred_on, block, district, offence)
SELECT
    (occurred_at AT TIME ZONE 'UTC')::date,
    pg_temp.pick(incident_id, %(seed)s::bigint, 95, 99) || '00 block, Example Street',
    district,
    offence
FROM records.incident
WHERE NOT is_sealed AND NOT is_juvenile
ORDER BY incident_id

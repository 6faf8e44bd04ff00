INSERT INTO records.crime_map (occurred_on, block, district, offence)
SELECT %(night)s::date, mod(incident_id, 99) || '00 block, Example Street', district, offence
FROM records.incident
WHERE (occurred_at AT TIME ZONE 'UTC')::date = %(night)s::date AND NOT is_sealed AND NOT is_juvenile

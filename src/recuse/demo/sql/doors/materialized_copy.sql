SELECT person_id, designation FROM analysis.gang_extract

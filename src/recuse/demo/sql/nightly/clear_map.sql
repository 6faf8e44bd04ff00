DELETE FROM records.crime_map WHERE occurred_on = %(night)s::date

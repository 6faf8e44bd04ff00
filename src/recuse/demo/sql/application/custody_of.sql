SELECT facility, status, release_at FROM records.custody WHERE arrest_id = %(arrest_id)s

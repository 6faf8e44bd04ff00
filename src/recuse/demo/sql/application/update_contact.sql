UPDATE records.person SET home_address = %(home_address)s, phone = %(phone)s, updated_at = now()
WHERE person_id = %(person_id)s

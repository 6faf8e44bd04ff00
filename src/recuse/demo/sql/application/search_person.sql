SELECT person_id, family_name, given_name, birth_date, home_address, phone
FROM records.person
WHERE family_name = %(family_name)s
ORDER BY given_name, person_id
LIMIT %(limit)s

SELECT min(family_name) FROM records.person

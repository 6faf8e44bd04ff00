INSERT INTO records.case_note (incident_id, author, body) VALUES (%(incident_id)s, %(author)s, %(body)s) RETURNING note_id

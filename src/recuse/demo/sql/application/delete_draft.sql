DELETE FROM records.case_note WHERE note_id = %(note_id)s AND is_draft

COPY (SELECT card_id, person_id, designation, filed_on, is_sealed, is_juvenile FROM records.gang_card) TO STDOUT

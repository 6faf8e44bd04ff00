-- constraints: keys and indexes, made after the rows because that is several times quicker.
ALTER TABLE records.person ADD PRIMARY KEY (person_id);
ALTER TABLE records.arrest ADD PRIMARY KEY (arrest_id), ADD FOREIGN KEY (person_id) REFERENCES records.person;
ALTER TABLE records.incident ADD PRIMARY KEY (incident_id), ADD FOREIGN KEY (person_id) REFERENCES records.person;
ALTER TABLE records.custody
    ADD PRIMARY KEY (custody_id),
    ADD FOREIGN KEY (arrest_id) REFERENCES records.arrest,
    ADD FOREIGN KEY (person_id) REFERENCES records.person;
ALTER TABLE records.gang_card ADD PRIMARY KEY (card_id), ADD FOREIGN KEY (person_id) REFERENCES records.person;
ALTER TABLE records.victim_witness
    ADD PRIMARY KEY (victim_witness_id), ADD FOREIGN KEY (incident_id) REFERENCES records.incident;
ALTER TABLE records.alpr_read ADD PRIMARY KEY (read_id);
ALTER TABLE records.case_note ADD PRIMARY KEY (note_id), ADD FOREIGN KEY (incident_id) REFERENCES records.incident;
ALTER TABLE records.status_exchange ADD PRIMARY KEY (person_id), ADD FOREIGN KEY (person_id) REFERENCES records.person;
ALTER TABLE records.crime_map ADD PRIMARY KEY (map_id);
CREATE INDEX person_name ON records.person (family_name, given_name);
CREATE INDEX arrest_person ON records.arrest (person_id);
CREATE INDEX custody_person ON records.custody (person_id);
CREATE INDEX alpr_read_plate ON records.alpr_read (plate);
CREATE INDEX crime_map_day ON records.crime_map (occurred_on);
SELECT setval('records.arrest_id_seq', (SELECT max(arrest_id) FROM records.arrest));

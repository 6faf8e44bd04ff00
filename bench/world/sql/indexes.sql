ALTER TABLE register.person ADD PRIMARY KEY (person_id);
ALTER TABLE register.arrest ADD PRIMARY KEY (arrest_id);
CREATE INDEX arrest_arrested_on ON register.arrest (arrested_on);
CREATE INDEX arrest_person_id ON register.arrest (person_id);

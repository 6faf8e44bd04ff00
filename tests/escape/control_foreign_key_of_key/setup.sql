-- A foreign key that refers to the primary key tells who was there, and no column of theirs.
ALTER TABLE cpd.person ADD PRIMARY KEY (id);
CREATE TABLE pub.visit (day date, person_id integer REFERENCES cpd.person (id));
INSERT INTO pub.visit VALUES (current_date, 1);
GRANT SELECT ON pub.visit TO ice;

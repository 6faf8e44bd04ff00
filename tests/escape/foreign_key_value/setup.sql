-- A foreign key that refers to the column: the table that refers to it holds its values.
ALTER TABLE cpd.person ADD PRIMARY KEY (id), ADD UNIQUE (ssn);
CREATE TABLE pub.visit (day date, visitor text REFERENCES cpd.person (ssn));
INSERT INTO pub.visit VALUES (current_date, 'SECRET-4711');
GRANT SELECT (visitor) ON pub.visit TO ice;

-- A key that changes is changed in every row that refers to it, and the row policy asks for that column.
CREATE TABLE pub.dept (name text PRIMARY KEY);
INSERT INTO pub.dept VALUES ('closed');
ALTER TABLE pub.dept OWNER TO owner1;
ALTER TABLE cpd.person ADD dept text REFERENCES pub.dept ON UPDATE CASCADE;
UPDATE cpd.person SET dept = 'closed';
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY shown ON cpd.person FOR SELECT USING (dept = 'open');
GRANT SELECT ON cpd.person TO ice;
GRANT UPDATE ON pub.dept TO ice;

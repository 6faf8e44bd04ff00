-- A row policy looks into a table of assignments, and ice may change the column that says what it is assigned to.
CREATE TABLE pub.assignment (who name, district integer);
INSERT INTO pub.assignment VALUES ('ice', 1);
ALTER TABLE pub.assignment OWNER TO owner1;
GRANT SELECT, UPDATE (district) ON pub.assignment TO ice;
UPDATE cpd.person SET district = 7;
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY assigned ON cpd.person USING (
  district IN (SELECT a.district FROM pub.assignment AS a WHERE a.who = session_user));

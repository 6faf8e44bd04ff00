-- D16: a row policy looks into a table of assignments to which ice may add one.
CREATE TABLE pub.assignment (who name, district integer);
ALTER TABLE pub.assignment OWNER TO owner1;
GRANT SELECT, INSERT ON pub.assignment TO ice;
UPDATE cpd.person SET district = 7;
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY assigned ON cpd.person USING (
  EXISTS (SELECT FROM pub.assignment AS a WHERE a.who = session_user AND a.district = person.district));

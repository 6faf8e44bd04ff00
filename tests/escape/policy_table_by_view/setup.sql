-- A row policy looks into a table of assignments, which ice may write through a view.
CREATE TABLE pub.assigned (login text, district integer);
CREATE VIEW pub.editing AS SELECT * FROM pub.assigned;
GRANT SELECT ON pub.assigned TO ice;
GRANT INSERT ON pub.editing TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON cpd.person TO ice;
CREATE POLICY own ON cpd.person USING (EXISTS (
  SELECT FROM pub.assigned AS a WHERE a.login = current_user AND a.district = person.district));

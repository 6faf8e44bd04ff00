-- A row policy looks through a view into a table of assignments, to which ice may add one.
CREATE TABLE pub.base (login text, district integer);
CREATE VIEW pub.assigned AS SELECT * FROM pub.base;
GRANT SELECT ON pub.assigned TO ice;
GRANT INSERT ON pub.base TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON cpd.person TO ice;
CREATE POLICY own ON cpd.person USING (EXISTS (
  SELECT FROM pub.assigned AS a WHERE a.login = current_user AND a.district = person.district));

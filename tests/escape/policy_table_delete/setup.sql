-- A row policy hides what is listed, and another role that ice may become can shorten the list.
CREATE ROLE clerk;
ALTER ROLE ice NOINHERIT;
GRANT clerk TO ice;
CREATE TABLE pub.sealed (person integer);
INSERT INTO pub.sealed SELECT id FROM cpd.person;
GRANT SELECT ON pub.sealed TO PUBLIC;
GRANT DELETE ON pub.sealed TO clerk;
GRANT SELECT (ssn) ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY unsealed ON cpd.person TO ice USING (id NOT IN (SELECT s.person FROM pub.sealed AS s));

-- A view that fails for lack of a right shows nothing, until whoever owns what it lacks grants that right to the view's owner.
CREATE ROLE reporter;
CREATE TABLE pub.list (id integer);
INSERT INTO pub.list VALUES (1);
GRANT SELECT ON cpd.person TO reporter;
CREATE VIEW pub.report AS SELECT p.ssn FROM cpd.person AS p JOIN pub.list AS l ON l.id = p.id;
ALTER VIEW pub.report OWNER TO reporter;
GRANT SELECT ON pub.report TO ice;
ALTER TABLE pub.list OWNER TO ice;

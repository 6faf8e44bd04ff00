-- A view that fails for lack of a right, which its reader can grant no more than anybody; and one that lacks another right than that.
CREATE ROLE reporter;
CREATE TABLE pub.list (id integer);
INSERT INTO pub.list VALUES (1);
GRANT SELECT ON cpd.person TO reporter;
CREATE VIEW pub.report AS SELECT p.ssn FROM cpd.person AS p JOIN pub.list AS l ON l.id = p.id;
ALTER VIEW pub.report OWNER TO reporter;
CREATE ROLE clerk;
CREATE TABLE pub.own (id integer);
INSERT INTO pub.own VALUES (1);
CREATE VIEW pub.other AS SELECT p.ssn FROM cpd.person AS p JOIN pub.own AS o ON o.id = p.id;
ALTER VIEW pub.other OWNER TO clerk;
ALTER TABLE pub.own OWNER TO ice;
GRANT SELECT ON pub.report, pub.other, pub.list TO ice;

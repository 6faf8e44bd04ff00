-- ice owns what another's view asks about, may not read and does not change, and the parent of a partition of others; and there are views that
-- show themselves or each other, which the server refuses to everybody; and a table without a column, which a weak account may use.
CREATE ROLE app LOGIN;
CREATE ROLE mid;
GRANT SELECT ON cpd.person TO app;
CREATE TABLE pub.log (line text) PARTITION BY LIST (line);
CREATE TABLE pub.log_rest PARTITION OF pub.log DEFAULT;
GRANT INSERT, SELECT ON pub.log_rest TO app;
ALTER TABLE pub.log OWNER TO ice;
CREATE TABLE pub.places (line text);
CREATE TABLE pub.names (line text);
ALTER TABLE pub.places OWNER TO mid;
ALTER TABLE pub.names OWNER TO ice;
CREATE VIEW pub.joined AS SELECT line FROM pub.places WHERE EXISTS (SELECT FROM pub.names);
ALTER VIEW pub.joined OWNER TO mid;
GRANT INSERT ON pub.joined TO app;
CREATE VIEW pub.self AS SELECT 1 AS line;
CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO pub.self DO INSTEAD SELECT 2 AS line;
CREATE VIEW pub.one AS SELECT ssn FROM cpd.person;
CREATE VIEW pub.two AS SELECT ssn FROM pub.one;
CREATE OR REPLACE VIEW pub.one AS SELECT ssn FROM pub.two;
GRANT SELECT ON pub.self, pub.one, pub.two TO ice;
CREATE ROLE weak LOGIN;
CREATE TABLE pub.bare ();
ALTER TABLE pub.bare OWNER TO ice;
GRANT ALL ON pub.bare TO weak;

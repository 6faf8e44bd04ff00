-- A rule copies every changed row.
CREATE TABLE pub.history (id integer, line text);
GRANT INSERT ON pub.history TO owner1;
CREATE RULE keeps AS ON UPDATE TO cpd.person DO ALSO INSERT INTO pub.history VALUES (OLD.id, OLD.ssn || OLD.name);
UPDATE cpd.person SET district = 2 WHERE id = 1;
GRANT SELECT ON pub.history TO ice;

-- A view that no one may read, over the table, and a rule on a table that ice may only read.
CREATE VIEW pub.v AS SELECT * FROM cpd.person;
ALTER VIEW pub.v OWNER TO owner1;
CREATE TABLE pub.inbox (id integer);
ALTER TABLE pub.inbox OWNER TO owner1;
CREATE RULE answer AS ON INSERT TO pub.inbox DO INSTEAD SELECT ssn FROM cpd.person;
GRANT SELECT ON pub.inbox TO ice;

-- C14: a rule acts with the rights of the owner of its table.
CREATE TABLE pub.inbox (id integer);
ALTER TABLE pub.inbox OWNER TO owner1;
CREATE RULE answer AS ON INSERT TO pub.inbox DO INSTEAD SELECT ssn FROM cpd.person ORDER BY id;
GRANT INSERT ON pub.inbox TO ice;

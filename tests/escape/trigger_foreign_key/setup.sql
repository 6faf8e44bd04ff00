-- Deleting a key deletes the rows that refer to it, as the owner of their table: so a trigger there, without rights of its own,
-- runs as that owner.
CREATE TABLE pub.folder (id integer PRIMARY KEY);
CREATE TABLE cpd.paper (folder integer REFERENCES pub.folder ON DELETE CASCADE);
ALTER TABLE cpd.paper OWNER TO owner1;
INSERT INTO pub.folder VALUES (1);
INSERT INTO cpd.paper VALUES (1);
CREATE FUNCTION cpd.log() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE NOTICE '%', (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); RETURN OLD; END $$;
REVOKE EXECUTE ON FUNCTION cpd.log() FROM PUBLIC;
CREATE TRIGGER logs BEFORE DELETE ON cpd.paper FOR EACH ROW EXECUTE FUNCTION cpd.log();
GRANT DELETE ON pub.folder TO ice;

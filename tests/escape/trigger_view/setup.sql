-- A change through a view fires the triggers of the table beneath.
CREATE TABLE cpd.note (id integer);
INSERT INTO cpd.note VALUES (1);
ALTER TABLE cpd.note OWNER TO owner1;
CREATE VIEW pub.note AS SELECT id FROM cpd.note;
ALTER VIEW pub.note OWNER TO owner1;
CREATE FUNCTION cpd.tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE NOTICE '%', (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); RETURN OLD; END $$;
ALTER FUNCTION cpd.tell() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.tell() FROM PUBLIC;
CREATE TRIGGER tells BEFORE DELETE ON cpd.note FOR EACH ROW EXECUTE FUNCTION cpd.tell();
GRANT DELETE ON pub.note TO ice;

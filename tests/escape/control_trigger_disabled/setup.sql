-- Triggers that do not fire: one is disabled, one fires in replicas only.
CREATE TABLE pub.box (id integer);
CREATE TABLE pub.audit (line text);
CREATE FUNCTION cpd.tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE NOTICE '%', (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); RETURN NEW; END $$;
CREATE FUNCTION cpd.audit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO pub.audit VALUES (NEW.ssn); RETURN NULL; END $$;
ALTER FUNCTION cpd.tell() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.tell() FROM PUBLIC;
CREATE TRIGGER one BEFORE INSERT ON pub.box FOR EACH ROW EXECUTE FUNCTION cpd.tell();
CREATE TRIGGER two BEFORE INSERT ON pub.box FOR EACH ROW EXECUTE FUNCTION cpd.tell();
CREATE TRIGGER audits AFTER UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.audit();
ALTER TABLE pub.box DISABLE TRIGGER one, ENABLE REPLICA TRIGGER two;
ALTER TABLE cpd.person DISABLE TRIGGER audits;
UPDATE cpd.person SET district = 2 WHERE id = 1;
GRANT SELECT, INSERT ON pub.box TO ice;
GRANT SELECT ON pub.audit TO ice;

-- Triggers as most databases have them: a stamp, a check, a copy of the key, a whole copy that is closed.
CREATE TABLE pub.log (id integer, at timestamptz);
CREATE TABLE cpd.history (line text);
ALTER TABLE cpd.history OWNER TO owner1;
CREATE TABLE pub.request (id integer, at timestamptz);
CREATE FUNCTION cpd.stamp() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.id < 0 THEN RAISE EXCEPTION 'wrong: %', NEW.id; END IF; NEW.at := now(); RETURN NEW; END $$;
CREATE FUNCTION cpd.log() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE moment timestamptz := now(); row_id integer;
BEGIN
  row_id := NEW.id;
  INSERT INTO pub.log VALUES (row_id, moment);
  INSERT INTO cpd.history VALUES (OLD.ssn);
  INSERT INTO pub.log AS l SELECT NEW.id, now();
  RETURN NULL;
END $$;
ALTER FUNCTION cpd.stamp() OWNER TO owner1;
ALTER FUNCTION cpd.log() OWNER TO owner1;
CREATE TRIGGER stamps BEFORE INSERT OR UPDATE ON pub.request FOR EACH ROW EXECUTE FUNCTION cpd.stamp();
CREATE TRIGGER logs AFTER UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.log();
GRANT INSERT ON pub.log TO owner1;
GRANT SELECT, INSERT, UPDATE ON pub.request TO ice;
GRANT SELECT (id) ON pub.log TO ice;
GRANT UPDATE (district) ON cpd.person TO ice;
UPDATE cpd.person SET district = 2 WHERE id = 1;

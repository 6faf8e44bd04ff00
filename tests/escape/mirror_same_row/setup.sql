-- A trigger copies the column into another one of the same row, which has grants of its own.
ALTER TABLE cpd.person ADD tag text;
CREATE FUNCTION cpd.tags() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN line := 'n ' || NEW.ssn; NEW.tag := lower(NEW.name); SELECT line INTO NEW.tag; RETURN NEW; END $$;
CREATE TRIGGER tags BEFORE INSERT OR UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.tags();
UPDATE cpd.person SET id = id;
GRANT SELECT (tag) ON cpd.person TO ice;

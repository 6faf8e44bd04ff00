-- Triggers that fill columns of the row with others: with the name, with who changes it, with words of the name.
ALTER TABLE cpd.person ADD tag text, ADD changed_by text, ADD words tsvector;
CREATE FUNCTION cpd.tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.ssn IS NULL THEN RAISE EXCEPTION 'no number'; END IF; NEW.tag := lower(NEW.name); NEW.changed_by := session_user; RETURN NEW; END $$;
CREATE TRIGGER tags BEFORE INSERT OR UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.tags();
CREATE TRIGGER words BEFORE INSERT OR UPDATE ON cpd.person FOR EACH ROW
EXECUTE FUNCTION tsvector_update_trigger(words, 'pg_catalog.simple', name);
UPDATE cpd.person SET name = name;
GRANT SELECT (tag, changed_by, words) ON cpd.person TO ice;

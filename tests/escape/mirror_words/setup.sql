-- The server's own trigger puts the words of the column into one for searches; a number is a word too.
ALTER TABLE cpd.person ADD words tsvector;
CREATE TRIGGER words BEFORE INSERT OR UPDATE ON cpd.person FOR EACH ROW
EXECUTE FUNCTION tsvector_update_trigger(words, 'pg_catalog.simple', name, ssn);
UPDATE cpd.person SET ssn = ssn;
GRANT SELECT (words) ON cpd.person TO ice;

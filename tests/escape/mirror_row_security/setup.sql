-- A trigger copies the column into a table whose row policy shows ice some rows.
CREATE TABLE pub.log (who name, line text);
ALTER TABLE pub.log ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON pub.log FOR SELECT TO ice USING (who = 'ice');
CREATE FUNCTION pub.logs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO pub.log VALUES ('ice', NEW.ssn); RETURN NULL; END $$;
CREATE TRIGGER logs AFTER UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION pub.logs();
UPDATE cpd.person SET id = id;
GRANT SELECT ON pub.log TO ice;

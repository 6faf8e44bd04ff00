-- A trigger writes by SQL that it puts together, as a log for every table does: only values are open in it.
CREATE TABLE pub.log (what text, line text);
CREATE FUNCTION cpd.logs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('INSERT INTO %I.%I VALUES (%L, $1)', 'pub', 'log', TG_OP) USING NEW.ssn; RETURN NULL; END $$;
CREATE TRIGGER logs AFTER UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.logs();
UPDATE cpd.person SET id = id;
GRANT SELECT ON pub.log TO ice;

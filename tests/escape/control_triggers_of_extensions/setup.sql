-- Triggers of extensions as many tables have them: who changed a row and when, and notices of a key that is no secret.
CREATE EXTENSION tcn;
CREATE EXTENSION moddatetime;
CREATE EXTENSION insert_username;
ALTER TABLE cpd.person ADD PRIMARY KEY (id), ADD changed_at timestamptz, ADD changed_by text;
CREATE TRIGGER sends AFTER UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION triggered_change_notification();
CREATE TRIGGER times BEFORE UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION moddatetime(changed_at);
CREATE TRIGGER names BEFORE UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION insert_username(changed_by);
CREATE FUNCTION pub.touch() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE found CURSOR FOR SELECT ssn FROM cpd.person; line text;
BEGIN OPEN found; FETCH found INTO line; CLOSE found; UPDATE cpd.person SET district = 3 WHERE id = 1; END $$;
ALTER FUNCTION pub.touch() OWNER TO owner1;
GRANT SELECT (changed_at, changed_by) ON cpd.person TO ice;

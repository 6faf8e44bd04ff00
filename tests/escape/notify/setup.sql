-- B09: a trigger sends every changed row to whoever listens, and LISTEN needs no right.
CREATE FUNCTION cpd.send() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$ BEGIN PERFORM pg_notify('person', NEW.ssn); RETURN NULL; END $$;
CREATE TRIGGER sends AFTER UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.send();
CREATE FUNCTION pub.touch() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'UPDATE cpd.person SET district = 3 WHERE id = 1';
ALTER FUNCTION pub.touch() OWNER TO owner1;

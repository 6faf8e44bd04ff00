-- An audit trigger copies every changed row as a whole; the copy is open, and stays when the trigger is gone.
CREATE TABLE pub.audit (at timestamptz DEFAULT now(), doc jsonb);
CREATE FUNCTION cpd.audit() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$ BEGIN INSERT INTO pub.audit (doc) VALUES (to_jsonb(NEW)); RETURN NULL; END $$;
CREATE TRIGGER audits AFTER INSERT OR UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.audit();
UPDATE cpd.person SET district = 2 WHERE id = 1;
GRANT SELECT ON pub.audit TO ice;

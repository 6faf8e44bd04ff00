-- What a trigger puts into the row after it was written is lost.
CREATE TABLE pub.inbox (id integer, note text);
ALTER TABLE pub.inbox OWNER TO owner1;
CREATE FUNCTION pub.fill() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN SELECT ssn INTO NEW.note FROM cpd.person WHERE id = 1; RETURN NEW; END $$;
ALTER FUNCTION pub.fill() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION pub.fill() FROM PUBLIC;
CREATE TRIGGER fill AFTER INSERT ON pub.inbox FOR EACH ROW EXECUTE FUNCTION pub.fill();
GRANT INSERT, SELECT ON pub.inbox TO ice;

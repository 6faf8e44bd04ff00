-- C13: a trigger on a table that ice may write runs with its owner's rights, and what it puts into the row comes back.
CREATE TABLE pub.request (id integer, answer text);
CREATE FUNCTION cpd.fill() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN SELECT p.ssn INTO NEW.answer FROM cpd.person AS p WHERE p.id = coalesce(NEW.id, 1); RETURN NEW; END $$;
ALTER FUNCTION cpd.fill() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.fill() FROM PUBLIC;
CREATE TRIGGER fills BEFORE INSERT ON pub.request FOR EACH ROW EXECUTE FUNCTION cpd.fill();
GRANT SELECT, INSERT ON pub.request TO ice;

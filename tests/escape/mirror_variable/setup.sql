-- A trigger hands the value on through a variable and a function, which writes it where ice reads.
CREATE TABLE pub.feed (line text);
CREATE FUNCTION cpd.feed(line text) RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS 'INSERT INTO pub.feed VALUES ($1)';
CREATE FUNCTION cpd.hand_on() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$ DECLARE value text; BEGIN value := NEW.ssn; PERFORM cpd.feed(value); RETURN NEW; END $$;
CREATE TRIGGER hands_on AFTER UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.hand_on();
UPDATE cpd.person SET district = 2 WHERE id = 1;
GRANT SELECT ON pub.feed TO ice;

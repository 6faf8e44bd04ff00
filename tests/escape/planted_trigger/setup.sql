-- C15: ice owns a table with a trigger, and another account writes into it: the trigger runs as that account.
CREATE TABLE pub.inbox (line text);
CREATE FUNCTION pub.take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER takes BEFORE INSERT ON pub.inbox FOR EACH ROW EXECUTE FUNCTION pub.take();
ALTER TABLE pub.inbox OWNER TO ice;
ALTER FUNCTION pub.take() OWNER TO ice;
GRANT INSERT ON pub.inbox TO owner1;
CREATE FUNCTION pub.nightly() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ INSERT INTO pub.inbox VALUES ('done') $$;
ALTER FUNCTION pub.nightly() OWNER TO owner1;

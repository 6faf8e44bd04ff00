-- A trigger of one partition, fired by a delete from the whole.
CREATE TABLE pub.event (id integer, answer text) PARTITION BY LIST (id);
CREATE TABLE cpd.event_1 PARTITION OF pub.event FOR VALUES IN (1);
CREATE FUNCTION cpd.tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE NOTICE '%', (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); RETURN NULL; END $$;
ALTER FUNCTION cpd.tell() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.tell() FROM PUBLIC;
CREATE TRIGGER tells AFTER DELETE ON cpd.event_1 FOR EACH ROW EXECUTE FUNCTION cpd.tell();
INSERT INTO pub.event VALUES (1);
GRANT DELETE ON pub.event TO ice;

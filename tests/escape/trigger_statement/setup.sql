-- A statement trigger with its owner's rights, fired by a delete of nothing, tells by RAISE.
CREATE TABLE pub.box (id integer);
CREATE FUNCTION cpd.tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE NOTICE '%', (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); RETURN NULL; END $$;
ALTER FUNCTION cpd.tell() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.tell() FROM PUBLIC;
CREATE TRIGGER tells AFTER DELETE ON pub.box FOR EACH STATEMENT EXECUTE FUNCTION cpd.tell();
GRANT DELETE ON pub.box TO ice;

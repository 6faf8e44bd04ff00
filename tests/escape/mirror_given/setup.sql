-- A trigger writes what a definer function gives it.
CREATE FUNCTION cpd.number_of(who integer) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT ssn FROM cpd.person WHERE id = $1';
ALTER FUNCTION cpd.number_of(integer) OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.number_of(integer) FROM PUBLIC;
CREATE TABLE pub.tips (who integer);
CREATE TABLE pub.log (line text);
CREATE FUNCTION pub.logs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO pub.log VALUES (cpd.number_of(NEW.who)); RETURN NULL; END $$;
CREATE TRIGGER logs AFTER INSERT ON pub.tips FOR EACH ROW EXECUTE FUNCTION pub.logs();
INSERT INTO pub.tips VALUES (1);
GRANT SELECT ON pub.log TO ice;

-- A procedure that its owner runs now and then copies into other columns; nobody else may run it.
CREATE TABLE pub.extract (a integer, b text);
CREATE PROCEDURE cpd.fill() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO pub.extract SELECT p.id, p.ssn FROM cpd.person AS p; END $$;
ALTER TABLE pub.extract OWNER TO owner1;
ALTER PROCEDURE cpd.fill() OWNER TO owner1;
REVOKE EXECUTE ON PROCEDURE cpd.fill() FROM PUBLIC;
CALL cpd.fill();
GRANT SELECT ON pub.extract TO ice;

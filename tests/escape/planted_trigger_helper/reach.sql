CREATE OR REPLACE FUNCTION pub.label(line text) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM cpd.person WHERE id = 1); RETURN 'x'; END $$;
INSERT INTO pub.inbox VALUES ('x');

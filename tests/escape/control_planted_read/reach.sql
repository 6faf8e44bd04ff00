CREATE FUNCTION pg_temp.show() RETURNS boolean STABLE LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM cpd.person WHERE id = 1); RETURN true; END $$;
ALTER TABLE pub.limits ENABLE ROW LEVEL SECURITY;
CREATE POLICY shows ON pub.limits TO weak USING (pg_temp.show());
ALTER TABLE pub.others ENABLE ROW LEVEL SECURITY;
CREATE POLICY shows ON pub.others USING (pg_temp.show());
SELECT pub.job();
CREATE OR REPLACE FUNCTION pub.plain(line text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ssn FROM cpd.person';
ANALYZE cpd.person;

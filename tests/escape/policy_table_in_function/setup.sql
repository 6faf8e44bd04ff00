-- The table of assignments is ice's own, and a function looks into it for the row policy.
CREATE TABLE pub.assignment (who name, district integer);
ALTER TABLE pub.assignment OWNER TO ice;
CREATE FUNCTION pub.is_assigned(asked integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM pub.assignment WHERE who = session_user AND district = asked); END $$;
ALTER FUNCTION pub.is_assigned(integer) OWNER TO owner1;
GRANT SELECT ON pub.assignment TO owner1;
UPDATE cpd.person SET district = 7;
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY assigned ON cpd.person USING (pub.is_assigned(district));

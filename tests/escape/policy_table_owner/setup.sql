-- The table of assignments is ice's own, and a function looks into it for the row policy.
CREATE TABLE pub.assignment (district integer);
ALTER TABLE pub.assignment OWNER TO ice;
CREATE FUNCTION pub.is_assigned(district integer) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS
'SELECT EXISTS (SELECT FROM pub.assignment AS a WHERE a.district = $1)';
UPDATE cpd.person SET district = 7;
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY assigned ON cpd.person USING (pub.is_assigned(district));

-- D01: a second permissive row policy TO PUBLIC widens the first.
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY narrow ON cpd.person TO ice USING (false);
CREATE POLICY wide ON cpd.person USING (district IS NOT NULL);

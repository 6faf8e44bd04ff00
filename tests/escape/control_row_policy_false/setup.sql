-- A row policy that is false for this role, and one that is true for another.
CREATE ROLE other;
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY others ON cpd.person TO other USING (true);
CREATE POLICY mine ON cpd.person TO ice USING (false);

-- D09, D10: ice takes itself out of the row policy that restricts it.
GRANT SELECT ON cpd.person TO PUBLIC;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON cpd.person USING (true);
CREATE POLICY not_ice ON cpd.person AS RESTRICTIVE TO ice USING (false);

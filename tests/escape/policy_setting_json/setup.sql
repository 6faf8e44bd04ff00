-- Two settings, one inside a JSON text; a condition of neither is left.
GRANT SELECT (ssn) ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON cpd.person USING (district < 0 OR current_setting('app.mode', true) = 'clerk'
  AND (current_setting('app.claims', true)::json ->> 'number') = ssn);

-- D03: a row policy believes a setting that any account may set.
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON cpd.person USING (id = current_setting('app.person')::integer);

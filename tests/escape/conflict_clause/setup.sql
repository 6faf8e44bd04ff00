-- D13: ON CONFLICT DO UPDATE evaluates its condition on a row that row security hides.
ALTER TABLE cpd.person ADD PRIMARY KEY (id);
ALTER TABLE cpd.person ADD hidden boolean NOT NULL DEFAULT false;
UPDATE cpd.person SET hidden = true;
GRANT SELECT, INSERT, UPDATE ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON cpd.person USING (NOT hidden);

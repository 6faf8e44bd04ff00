-- E14: under row security a failed constraint says nothing of the row.
ALTER TABLE cpd.person ADD CHECK (name <> '');
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON cpd.person USING (true);
GRANT UPDATE ON cpd.person TO ice;

-- A row policy asks for a column of the row itself; another lets everyone change rows, and a change without a condition sees no other.
ALTER TABLE cpd.person ADD keeper name;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON cpd.person FOR SELECT USING (keeper = current_user);
CREATE POLICY handed ON cpd.person FOR UPDATE USING (true);
GRANT SELECT, UPDATE (keeper) ON cpd.person TO ice;

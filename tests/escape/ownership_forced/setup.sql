-- A21: FORCE ROW LEVEL SECURITY is no barrier for a member of the owner, which may switch it off.
GRANT owner1 TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

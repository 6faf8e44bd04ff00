-- A row policy asks whether the row is held back; deleting what holds it back empties that column, as the table's owner.
CREATE TABLE pub.hold (id integer PRIMARY KEY);
INSERT INTO pub.hold VALUES (1);
ALTER TABLE pub.hold OWNER TO owner1;
ALTER TABLE cpd.person ADD hold integer REFERENCES pub.hold ON DELETE SET NULL;
UPDATE cpd.person SET hold = 1;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY free ON cpd.person FOR SELECT TO ice USING (hold IS NULL);
GRANT SELECT ON cpd.person TO ice;
GRANT DELETE ON pub.hold TO ice;

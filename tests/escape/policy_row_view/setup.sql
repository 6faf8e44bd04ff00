-- A view changes the column that the row policy asks for, with the rights of an owner whom no row policy binds.
ALTER TABLE cpd.person ADD shared boolean DEFAULT false;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY shown ON cpd.person FOR SELECT USING (shared);
CREATE VIEW pub.flags AS SELECT id, shared FROM cpd.person;
ALTER VIEW pub.flags OWNER TO owner1;
GRANT SELECT ON cpd.person TO ice;
GRANT UPDATE ON pub.flags TO ice;

-- A table with one row that row security hides from everyone whom it binds.
CREATE TEMPORARY TABLE recuse_conflict (id integer PRIMARY KEY, body text, hidden boolean NOT NULL DEFAULT false);
INSERT INTO recuse_conflict VALUES (1, 'hidden', true);
ALTER TABLE recuse_conflict ENABLE ROW LEVEL SECURITY;
ALTER TABLE recuse_conflict FORCE ROW LEVEL SECURITY;
CREATE POLICY open_rows ON recuse_conflict USING (NOT hidden);
GRANT SELECT, INSERT, UPDATE ON recuse_conflict TO PUBLIC;

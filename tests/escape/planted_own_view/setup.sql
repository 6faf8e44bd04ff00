-- ice owns a view to which others add rows, and says by a trigger what happens then.
CREATE ROLE app LOGIN;
GRANT SELECT ON cpd.person TO app;
CREATE SCHEMA mine AUTHORIZATION ice;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
SET ROLE ice;
CREATE TABLE mine.loot (line text);
GRANT INSERT ON mine.loot TO PUBLIC;
CREATE VIEW mine.inbox AS SELECT 'x'::text AS line;
GRANT INSERT ON mine.inbox TO app;

-- ice owns a partition and attaches a trigger to it: whoever adds a row by the parent runs the trigger as itself.
CREATE ROLE app LOGIN;
GRANT SELECT ON cpd.person TO app;
CREATE SCHEMA mine AUTHORIZATION ice;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
SET ROLE ice;
CREATE TABLE mine.loot (line text);
GRANT INSERT ON mine.loot TO PUBLIC;
RESET ROLE;
CREATE TABLE pub.log (line text) PARTITION BY LIST (line);
CREATE TABLE pub.log_rest PARTITION OF pub.log DEFAULT;
ALTER TABLE pub.log_rest OWNER TO ice;
GRANT INSERT ON pub.log TO app;

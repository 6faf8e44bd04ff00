-- The key of a partitioned table calls a function that ice owns: whoever adds a row runs it as itself.
CREATE ROLE app LOGIN;
GRANT SELECT ON cpd.person TO app;
CREATE SCHEMA mine AUTHORIZATION ice;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
SET ROLE ice;
CREATE TABLE mine.loot (line text);
GRANT INSERT ON mine.loot TO PUBLIC;
CREATE FUNCTION mine.year_of(line text) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT length($1)';
RESET ROLE;
CREATE TABLE pub.log (line text) PARTITION BY RANGE (mine.year_of(line));
CREATE TABLE pub.log_rest PARTITION OF pub.log DEFAULT;
GRANT INSERT ON pub.log TO app;

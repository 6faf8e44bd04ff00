-- An account may add one column's values to a table; the default of another column calls a function that ice owns.
CREATE ROLE app LOGIN;
CREATE ROLE mid;
GRANT SELECT ON cpd.person TO app;
CREATE SCHEMA mine AUTHORIZATION ice;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
SET ROLE ice;
CREATE TABLE mine.loot (line text);
GRANT INSERT ON mine.loot TO PUBLIC;
CREATE FUNCTION mine.number() RETURNS integer LANGUAGE sql AS 'SELECT 1';
RESET ROLE;
CREATE TABLE pub.log (line text, number integer DEFAULT mine.number());
ALTER TABLE pub.log OWNER TO mid;
GRANT INSERT (line) ON pub.log TO app;

-- An index is ordered by an operator class that compares with a function of ice: whoever adds a row runs it as itself.
CREATE ROLE app LOGIN;
GRANT SELECT ON cpd.person TO app;
CREATE SCHEMA mine AUTHORIZATION ice;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
SET ROLE ice;
CREATE TABLE mine.loot (line text);
GRANT INSERT ON mine.loot TO PUBLIC;
CREATE FUNCTION mine.compared(text, text) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT bttextcmp($1, $2)';
RESET ROLE;
CREATE OPERATOR CLASS pub.by_words FOR TYPE text USING btree AS
OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 mine.compared(text, text);
CREATE TABLE pub.log (line text);
CREATE INDEX lines ON pub.log (line pub.by_words);
GRANT INSERT ON pub.log TO app;

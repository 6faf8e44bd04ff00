-- ice owns a domain that lies in an array of another table: the check that it adds runs as whoever puts a value in.
CREATE ROLE app LOGIN;
GRANT SELECT ON cpd.person TO app;
CREATE SCHEMA mine AUTHORIZATION ice;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
SET ROLE ice;
CREATE DOMAIN mine.title AS text;
CREATE TABLE mine.loot (line text);
GRANT INSERT ON mine.loot TO PUBLIC;
RESET ROLE;
CREATE TABLE pub.log (titles mine.title[]);
GRANT INSERT ON pub.log TO app;

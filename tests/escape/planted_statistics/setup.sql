-- Statistics on an expression call a function that ice owns; analyzing runs it as the owner of the table, whoever asks for it.
GRANT CREATE ON SCHEMA pub TO ice;
CREATE FUNCTION pub.plain(line text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
ALTER FUNCTION pub.plain(text) OWNER TO ice;
CREATE STATISTICS cpd.shape ON (pub.plain(name)) FROM cpd.person;
CREATE TABLE pub.loot (line text);
ALTER TABLE pub.loot OWNER TO ice;
GRANT INSERT ON pub.loot TO PUBLIC;

-- The cast from one type to another calls a function that ice owns; whoever puts the one where the other is kept runs it as itself.
CREATE ROLE app LOGIN;
GRANT SELECT ON cpd.person TO app;
CREATE SCHEMA mine AUTHORIZATION ice;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
CREATE TYPE pub.code AS (number integer);
SET ROLE ice;
CREATE TABLE mine.loot (line text);
GRANT INSERT ON mine.loot TO PUBLIC;
CREATE FUNCTION mine.written(pub.code) RETURNS text LANGUAGE sql AS $$ SELECT ($1).number::text $$;
RESET ROLE;
CREATE CAST (pub.code AS text) WITH FUNCTION mine.written(pub.code) AS ASSIGNMENT;
CREATE TABLE pub.coded (code pub.code);
CREATE TABLE pub.plain (code text);
INSERT INTO pub.coded VALUES (row(1));
GRANT SELECT ON pub.coded TO app;
GRANT INSERT ON pub.plain TO app;

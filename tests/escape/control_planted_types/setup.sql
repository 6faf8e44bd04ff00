-- ice owns a domain that only weak accounts fill, a cast, a comparison and a key that it cannot write anew, and a type of its own.
CREATE ROLE weak LOGIN;
CREATE SCHEMA mine AUTHORIZATION ice;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
SET ROLE ice;
CREATE DOMAIN mine.title AS text;
CREATE TABLE mine.log (title mine.title);
GRANT INSERT ON mine.log TO weak;
RESET ROLE;
CREATE TYPE pub.code AS (number integer);
CREATE FUNCTION pub.written(pub.code) RETURNS text LANGUAGE sql AS $$ SELECT ($1).number::text $$;
CREATE FUNCTION pub.compared(text, text) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT bttextcmp($1, $2)';
CREATE FUNCTION pub.year_of(text) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT length($1)';
CREATE CAST (pub.code AS text) WITH FUNCTION pub.written(pub.code) AS ASSIGNMENT;
CREATE OPERATOR CLASS pub.by_words FOR TYPE text USING btree AS
OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 pub.compared(text, text);
CREATE TABLE pub.log (line text, code pub.code) PARTITION BY RANGE (pub.year_of(line));
CREATE TABLE pub.log_rest PARTITION OF pub.log DEFAULT;
CREATE INDEX lines ON pub.log (line pub.by_words);
ALTER TABLE pub.log OWNER TO owner1;
ALTER TABLE pub.log_rest OWNER TO owner1;
ALTER FUNCTION pub.written(pub.code) OWNER TO ice;
ALTER FUNCTION pub.compared(text, text) OWNER TO ice;
ALTER FUNCTION pub.year_of(text) OWNER TO ice;

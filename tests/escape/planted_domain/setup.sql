-- The check of a domain calls a function that ice owns; whoever puts a value into a column of it runs the function as itself.
GRANT CREATE ON SCHEMA pub TO ice;
CREATE FUNCTION pub.valid(line text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
ALTER FUNCTION pub.valid(text) OWNER TO ice;
CREATE DOMAIN pub.code AS text CHECK (pub.valid(VALUE));
CREATE TABLE pub.log (line pub.code);
ALTER TABLE pub.log OWNER TO owner1;
CREATE FUNCTION pub.job() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ INSERT INTO pub.log VALUES ('x') $$;
ALTER FUNCTION pub.job() OWNER TO owner1;

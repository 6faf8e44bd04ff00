-- A definer function copies values under a unique key and gives nothing back: what is there already is quoted.
CREATE TABLE cpd.known (ssn text UNIQUE);
INSERT INTO cpd.known SELECT ssn FROM cpd.person;
CREATE FUNCTION pub.sync() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ INSERT INTO cpd.known SELECT p.ssn FROM cpd.person AS p $$;
ALTER TABLE cpd.known OWNER TO owner1;
ALTER FUNCTION pub.sync() OWNER TO owner1;

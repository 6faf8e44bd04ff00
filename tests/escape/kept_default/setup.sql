-- The default of a column read it as whoever inserted, and the row keeps it. The function is closed, the table of rows is not.
CREATE FUNCTION cpd.first_number() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT ssn FROM cpd.person WHERE id = 1';
ALTER FUNCTION cpd.first_number() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.first_number() FROM PUBLIC;
CREATE TABLE pub.visits (id integer, line text DEFAULT cpd.first_number());
INSERT INTO pub.visits (id) VALUES (1);
GRANT SELECT ON pub.visits TO ice;

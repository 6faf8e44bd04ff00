CREATE FUNCTION pg_temp.file(text) RETURNS bytea LANGUAGE internal AS 'pg_read_binary_file_all';
SELECT pg_temp.file(pg_relation_filepath('cpd.person'));

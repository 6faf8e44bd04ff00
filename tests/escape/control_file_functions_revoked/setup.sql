-- An internal function whose EXECUTE was taken from PUBLIC, one that PUBLIC may call anyway, and file functions as they are.
CREATE FUNCTION pub.picture(text) RETURNS bytea LANGUAGE internal STRICT AS 'pg_read_binary_file_all';
REVOKE EXECUTE ON FUNCTION pub.picture(text) FROM PUBLIC;
CREATE FUNCTION pub.process() RETURNS int LANGUAGE internal AS 'pg_backend_pid';
CHECKPOINT;

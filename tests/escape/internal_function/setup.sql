-- G41: a function in the language internal is one of the server's own by another name, and its EXECUTE is PUBLIC's.
CREATE FUNCTION pub.picture(text) RETURNS bytea LANGUAGE internal STRICT AS 'pg_read_binary_file_all';
CHECKPOINT;

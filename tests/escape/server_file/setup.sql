-- A32: EXECUTE on a function that reads files.
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO ice;
CHECKPOINT;

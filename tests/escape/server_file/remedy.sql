REVOKE EXECUTE ON FUNCTION pg_read_binary_file(text) FROM ice;

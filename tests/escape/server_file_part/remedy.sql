REVOKE EXECUTE ON FUNCTION pg_read_file(text, bigint, bigint) FROM ice;

-- G52: pg_read_file refuses a whole file of rows, but not a part of it without a zero byte.
GRANT EXECUTE ON FUNCTION pg_read_file(text, bigint, bigint) TO ice;
CHECKPOINT;

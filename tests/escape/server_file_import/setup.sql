-- G52: lo_import reads any file into a large object of the caller.
GRANT EXECUTE ON FUNCTION lo_import(text) TO ice;
CHECKPOINT;

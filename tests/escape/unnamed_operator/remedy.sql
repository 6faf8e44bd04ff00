REVOKE EXECUTE ON FUNCTION closed.lookup(integer, integer) FROM PUBLIC;

REVOKE EXECUTE ON FUNCTION pub.lookup(text) FROM ice;

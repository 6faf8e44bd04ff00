REVOKE EXECUTE ON FUNCTION pub.move(integer, integer) FROM PUBLIC;

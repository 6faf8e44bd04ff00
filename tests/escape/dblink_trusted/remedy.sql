REVOKE EXECUTE ON FUNCTION dblink_connect_u(text, text) FROM ice;

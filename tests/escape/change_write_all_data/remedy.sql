REVOKE pg_write_all_data FROM ice;

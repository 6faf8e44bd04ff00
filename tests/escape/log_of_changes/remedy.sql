REVOKE pg_read_server_files FROM ice;

REVOKE pg_execute_server_program FROM ice;

-- A program of the server reads the file of the table.
GRANT pg_execute_server_program TO ice;
CHECKPOINT;

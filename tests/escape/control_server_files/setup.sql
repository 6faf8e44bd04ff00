-- pg_read_server_files cannot copy the file of a table: COPY refuses its zero bytes.
GRANT pg_read_server_files TO ice;
CHECKPOINT;

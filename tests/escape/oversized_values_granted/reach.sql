SELECT format('SELECT chunk_data FROM %s', reltoastrelid::regclass) FROM pg_class WHERE relname = 'person' \gexec

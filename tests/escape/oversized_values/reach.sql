SELECT format('SELECT convert_from(chunk_data, ''UTF8'') FROM %s', reltoastrelid::regclass) FROM pg_class
WHERE oid = 'cpd.person'::regclass \gexec

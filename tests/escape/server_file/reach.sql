SELECT substring(encode(pg_read_binary_file(pg_relation_filepath('cpd.person')), 'escape') FROM 'SECRET-[0-9]+');

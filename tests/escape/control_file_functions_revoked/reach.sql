SELECT pub.picture(pg_relation_filepath('cpd.person'));
SELECT pub.process();
SELECT pg_read_binary_file(pg_relation_filepath('cpd.person'));
SELECT lo_import(pg_relation_filepath('cpd.person'));

SELECT pub.picture(pg_relation_filepath('cpd.person'));

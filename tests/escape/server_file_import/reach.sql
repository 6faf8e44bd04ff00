SELECT lo_import(pg_relation_filepath('cpd.person')) AS loot \gset
SELECT lo_get(:loot);

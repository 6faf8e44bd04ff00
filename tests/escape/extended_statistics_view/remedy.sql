DROP STATISTICS cpd.both_names;

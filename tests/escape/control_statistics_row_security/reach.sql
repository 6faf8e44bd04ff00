SELECT * FROM pg_stats;
SELECT * FROM pg_stats_ext;
SELECT stavalues1 FROM pg_statistic;
SELECT stxdmcv FROM pg_statistic_ext_data;

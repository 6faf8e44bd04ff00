SELECT starelid, stadistinct, stanumbers1 FROM pg_catalog.pg_statistic;
SELECT stavalues1 FROM pg_catalog.pg_statistic;

SELECT stavalues1 FROM pg_statistic WHERE starelid = 'cpd.person'::regclass AND staattnum = 3;

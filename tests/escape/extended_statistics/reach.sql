SELECT i.values FROM pg_statistic_ext_data AS d, pg_mcv_list_items(d.stxdmcv) AS i;

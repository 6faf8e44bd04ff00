REVOKE SELECT ON pg_statistic_ext_data FROM ice;

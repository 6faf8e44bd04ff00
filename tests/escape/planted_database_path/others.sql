-- what a login of app sets, and what it then asks
SELECT set_config('search_path', (SELECT substr(s, 13) FROM pg_db_role_setting, unnest(setconfig) AS s
  WHERE setrole = 0 AND s LIKE 'search_path=%'), false);
SET SESSION AUTHORIZATION app;
SELECT now();

ALTER FUNCTION pub.greet(varchar) SET search_path = pg_catalog, pg_temp;

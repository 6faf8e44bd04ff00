ALTER FUNCTION pub.distance(integer) SET search_path = pg_catalog, pg_temp;

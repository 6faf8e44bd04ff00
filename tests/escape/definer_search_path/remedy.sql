ALTER FUNCTION pub.headcount() SET search_path = cpd, pg_temp;

-- The path of a definer function does not end in pg_temp: a temporary view of the caller stands before the table, and a function
-- that this view calls runs as the owner. The body reads no column of the table.
CREATE FUNCTION pub.headcount() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = cpd AS 'SELECT count(*) FROM person';
ALTER FUNCTION pub.headcount() OWNER TO owner1;

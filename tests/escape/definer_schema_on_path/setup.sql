-- Without a path of its own a definer function finds the functions of whoever calls it: here an ABS that stands before the server's.
CREATE FUNCTION pub.distance(a integer) RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT abs(a)';
ALTER FUNCTION pub.distance(integer) OWNER TO owner1;
GRANT CREATE ON SCHEMA pub TO ice;

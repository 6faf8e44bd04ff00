-- A function without SECURITY DEFINER runs with the rights of its caller.
CREATE FUNCTION pub.lookup() RETURNS SETOF text LANGUAGE sql AS 'SELECT ssn FROM cpd.person';

ALTER FUNCTION pub.valid(text) OWNER TO owner1;
CREATE OR REPLACE FUNCTION pub.valid(line text) RETURNS boolean LANGUAGE sql AS 'SELECT true';

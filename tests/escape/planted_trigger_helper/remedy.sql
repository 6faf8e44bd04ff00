ALTER FUNCTION pub.label(text) OWNER TO owner1;
ALTER FUNCTION pub.label(text) RESET ALL;
CREATE OR REPLACE FUNCTION pub.label(line text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' || $1 $$;

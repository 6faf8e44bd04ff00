ALTER FUNCTION pub.label(integer) OWNER TO owner1;
CREATE OR REPLACE FUNCTION pub.label(who integer) RETURNS varchar LANGUAGE sql AS $$ SELECT 'person ' || $1 $$;

ALTER FUNCTION pub.shown(integer) OWNER TO owner1;
CREATE OR REPLACE FUNCTION pub.shown(n integer) RETURNS varchar LANGUAGE sql AS $$ SELECT 'row ' || n $$;
REVOKE EXECUTE ON FUNCTION pub.read_board() FROM ice;

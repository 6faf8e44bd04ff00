-- C15: a definer function calls a function that ice owns: ice writes it anew.
GRANT CREATE ON SCHEMA pub TO ice;
CREATE FUNCTION pub.label(who integer) RETURNS varchar LANGUAGE sql AS $$ SELECT 'person ' || $1 $$;
ALTER FUNCTION pub.label(integer) OWNER TO ice;
CREATE FUNCTION pub.title(who integer) RETURNS varchar LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT pub.label($1)';
ALTER FUNCTION pub.title(integer) OWNER TO owner1;

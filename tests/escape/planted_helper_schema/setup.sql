-- A definer function calls by its name a function that others own, in a schema of ice: ice drops it and makes its own.
CREATE SCHEMA tools;
CREATE FUNCTION tools.label(who integer) RETURNS varchar LANGUAGE sql AS $$ SELECT 'person ' || $1 $$;
CREATE FUNCTION pub.title(who integer) RETURNS varchar LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT tools.label($1)';
ALTER FUNCTION pub.title(integer) OWNER TO owner1;
ALTER SCHEMA tools OWNER TO ice;
GRANT USAGE ON SCHEMA tools TO PUBLIC;

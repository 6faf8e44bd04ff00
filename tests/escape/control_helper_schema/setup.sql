-- A definer function whose names are bound calls a function in a schema of ice: ice can drop neither without the other.
CREATE SCHEMA tools;
CREATE FUNCTION tools.label(who integer) RETURNS varchar LANGUAGE sql AS $$ SELECT 'person ' || $1 $$;
CREATE FUNCTION pub.title(who integer) RETURNS varchar LANGUAGE sql SECURITY DEFINER RETURN tools.label(who);
ALTER FUNCTION pub.title(integer) OWNER TO owner1;
ALTER SCHEMA tools OWNER TO ice;
GRANT USAGE ON SCHEMA tools TO PUBLIC;

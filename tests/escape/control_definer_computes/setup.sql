-- A definer function that touches no table.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE FUNCTION pub.initials(name varchar) RETURNS varchar LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT upper(substr(name, 1, 1)) $$;
CREATE FUNCTION pub.age(born date) RETURNS interval LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN now() - born; END $$;
ALTER FUNCTION pub.initials(varchar) OWNER TO owner1;
ALTER FUNCTION pub.age(date) OWNER TO owner1;

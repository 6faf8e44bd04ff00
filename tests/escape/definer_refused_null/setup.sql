-- The same of a column that may not be NULL, in one statement of SQL.
ALTER TABLE cpd.person ALTER name SET NOT NULL;
CREATE PROCEDURE pub.rename(integer, text) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ UPDATE cpd.person SET name = $2 WHERE id = $1 $$;
ALTER PROCEDURE pub.rename(integer, text) OWNER TO owner1;

-- A definer function hands a text to a function of the server that runs it.
CREATE FUNCTION pub.words(what text) RETURNS SETOF text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT word FROM ts_stat(coalesce(what, 'SELECT ssn::tsvector FROM cpd.person WHERE id = 1')) $$;
ALTER FUNCTION pub.words(text) OWNER TO owner1;

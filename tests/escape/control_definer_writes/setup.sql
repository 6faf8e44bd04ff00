-- Definer functions that only write: what they read on the way is not told.
CREATE TABLE cpd.log (at timestamptz, who name, what text);
CREATE FUNCTION pub.note(line text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN INSERT INTO cpd.log (at, who, what) VALUES (now(), session_user, line); END $$;
CREATE FUNCTION pub.rename(who integer, called text) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ UPDATE cpd.person SET name = called WHERE id = who; SELECT true $$;
CREATE FUNCTION pub.archive() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ INSERT INTO cpd.log (what) SELECT ssn FROM cpd.person $$;
ALTER TABLE cpd.log OWNER TO owner1;
ALTER FUNCTION pub.note(text) OWNER TO owner1;
ALTER FUNCTION pub.rename(integer, text) OWNER TO owner1;
ALTER FUNCTION pub.archive() OWNER TO owner1;

-- A definer trigger calls a function that ice owns: ice writes it anew, and the next change runs it.
CREATE TABLE pub.inbox (line text);
GRANT INSERT ON pub.inbox TO ice;
GRANT CREATE ON SCHEMA pub TO ice;
CREATE FUNCTION pub.label(line text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' || $1 $$;
ALTER FUNCTION pub.label(text) OWNER TO ice;
CREATE FUNCTION cpd.guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN NEW.line := pub.label(NEW.line); RETURN NEW; END $$;
ALTER FUNCTION cpd.guard() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.guard() FROM PUBLIC;
CREATE TRIGGER guards BEFORE INSERT ON pub.inbox FOR EACH ROW EXECUTE FUNCTION cpd.guard();

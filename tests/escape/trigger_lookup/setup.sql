-- A definer trigger that nobody may call looks up a table where a temporary one comes first; a change fires it.
CREATE TABLE pub.inbox (line text);
CREATE TABLE cpd.limits (most integer);
CREATE FUNCTION cpd.guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = cpd AS
$$ BEGIN PERFORM FROM limits; RETURN NEW; END $$;
ALTER FUNCTION cpd.guard() OWNER TO owner1;
ALTER TABLE cpd.limits OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.guard() FROM PUBLIC;
CREATE TRIGGER guards BEFORE INSERT ON pub.inbox FOR EACH ROW EXECUTE FUNCTION cpd.guard();
GRANT INSERT ON pub.inbox TO ice;

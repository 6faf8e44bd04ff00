-- What ice owns and nobody else runs: a table with a trigger that computes, a function in a schema where it cannot write it anew.
CREATE TABLE pub.notes (line text, at timestamptz);
CREATE FUNCTION pub.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$;
CREATE TRIGGER stamps BEFORE INSERT ON pub.notes FOR EACH ROW EXECUTE FUNCTION pub.stamp();
ALTER TABLE pub.notes OWNER TO ice;
ALTER FUNCTION pub.stamp() OWNER TO ice;
CREATE FUNCTION pub.label(who integer) RETURNS varchar LANGUAGE sql AS $$ SELECT 'person ' || $1 $$;
ALTER FUNCTION pub.label(integer) OWNER TO ice;
CREATE FUNCTION pub.title(who integer) RETURNS varchar LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT pub.label($1)';
ALTER FUNCTION pub.title(integer) OWNER TO owner1;

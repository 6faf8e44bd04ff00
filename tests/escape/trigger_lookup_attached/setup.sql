-- The same trigger function is on no table, and everyone may attach it to one of their own.
CREATE TABLE cpd.limits (most integer);
CREATE FUNCTION cpd.guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = cpd AS
$$ BEGIN PERFORM FROM limits; RETURN NEW; END $$;
ALTER FUNCTION cpd.guard() OWNER TO owner1;
ALTER TABLE cpd.limits OWNER TO owner1;

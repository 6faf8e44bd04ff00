-- A trigger function cannot be called, definer or not.
CREATE FUNCTION pub.act() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN NEW; END $$;
ALTER FUNCTION pub.act() OWNER TO owner1;

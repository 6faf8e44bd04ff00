-- A trigger writes into a comment which row was changed last, and comments are read by everyone.
CREATE FUNCTION cpd.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN EXECUTE format('COMMENT ON TABLE cpd.person IS %L', 'last: ' || NEW.ssn); RETURN NEW; END $$;
ALTER FUNCTION cpd.note() OWNER TO owner1;
CREATE TRIGGER notes BEFORE UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.note();
DELETE FROM cpd.person WHERE id > 1;
UPDATE cpd.person SET district = 2;

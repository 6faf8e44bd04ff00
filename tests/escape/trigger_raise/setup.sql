-- A trigger shows whoever changes a row the values of that row: no right to read is asked, and the function has none of its own.
CREATE FUNCTION cpd.guard() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE 'was: % %', OLD.id, OLD.ssn; RETURN NEW; END $$;
CREATE TRIGGER guards BEFORE UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION cpd.guard();
GRANT UPDATE (district) ON cpd.person TO ice;

-- An INSTEAD OF trigger of a view runs with its owner's rights; ice may insert into the view and not read what is beneath.
CREATE VIEW pub.desk AS SELECT 0 AS id, ''::text AS answer;
CREATE FUNCTION cpd.serve() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN NEW.answer := (SELECT p.ssn FROM cpd.person AS p WHERE p.id = coalesce(NEW.id, 1)); RETURN NEW; END $$;
ALTER FUNCTION cpd.serve() OWNER TO owner1;
REVOKE EXECUTE ON FUNCTION cpd.serve() FROM PUBLIC;
CREATE TRIGGER serves INSTEAD OF INSERT ON pub.desk FOR EACH ROW EXECUTE FUNCTION cpd.serve();
GRANT SELECT, INSERT ON pub.desk TO ice;

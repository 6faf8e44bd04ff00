-- An event trigger that only notes what was made, and one that is disabled.
CREATE SCHEMA closed;
CREATE TABLE closed.made (tag varchar, at timestamptz);
CREATE FUNCTION closed.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN INSERT INTO closed.made VALUES (tg_tag, now()); END $$;
CREATE FUNCTION closed.watch() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE NOTICE '%', (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); END $$;
ALTER FUNCTION closed.watch() OWNER TO owner1;
CREATE EVENT TRIGGER notes ON ddl_command_end EXECUTE FUNCTION closed.note();
CREATE EVENT TRIGGER watches ON ddl_command_start EXECUTE FUNCTION closed.watch();
ALTER EVENT TRIGGER watches DISABLE;

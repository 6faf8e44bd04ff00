-- An event trigger with its owner's rights runs for whoever makes anything, a temporary table too.
CREATE SCHEMA closed;
CREATE FUNCTION closed.watch() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RAISE NOTICE '%', (SELECT p.ssn FROM cpd.person AS p WHERE p.id = 1); END $$;
ALTER FUNCTION closed.watch() OWNER TO owner1;
CREATE EVENT TRIGGER watches ON ddl_command_end EXECUTE FUNCTION closed.watch();

-- A procedure that returns nothing leaves a cursor open: its name is in pg_cursors, and it goes on as the owner of the procedure.
CREATE PROCEDURE pub.load() LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE found refcursor; BEGIN OPEN found FOR SELECT ssn FROM cpd.person; END $$;
ALTER PROCEDURE pub.load() OWNER TO owner1;

-- A definer function writes what its caller gives into a column under a CHECK: the error of the one that fails quotes the whole row.
ALTER TABLE cpd.person ADD CHECK (district >= 0);
CREATE FUNCTION pub.move(who integer, to_district integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN UPDATE cpd.person SET district = to_district WHERE id = who; END $$;
ALTER FUNCTION pub.move(integer, integer) OWNER TO owner1;

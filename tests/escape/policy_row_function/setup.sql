-- A definer function hands rows to its caller, and gives nothing back.
ALTER TABLE cpd.person ADD keeper name;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON cpd.person FOR SELECT USING (keeper = current_user);
CREATE FUNCTION pub.claim(who integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN UPDATE cpd.person SET keeper = session_user WHERE id = who; END $$;
ALTER FUNCTION pub.claim(integer) OWNER TO owner1;
GRANT SELECT ON cpd.person TO ice;

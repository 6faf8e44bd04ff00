-- Of a table whose row policies bind the role that writes, no error quotes a row; nor does that of a rule or a view, which its user makes.
ALTER TABLE cpd.person ADD CHECK (district >= 0), ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON cpd.person TO owner1 USING (true);
CREATE FUNCTION pub.move(who integer, d integer) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ UPDATE cpd.person SET district = d WHERE id = who $$;
ALTER FUNCTION pub.move(integer, integer) OWNER TO owner1;
CREATE VIEW pub.place AS SELECT id, district FROM cpd.person;
ALTER VIEW pub.place OWNER TO owner1;
GRANT SELECT, UPDATE ON pub.place TO ice;
CREATE TABLE pub.moves (id integer, district integer);
ALTER TABLE pub.moves OWNER TO owner1;
CREATE RULE moves AS ON INSERT TO pub.moves DO INSTEAD UPDATE cpd.person SET district = NEW.district WHERE id = NEW.id;
GRANT INSERT ON pub.moves TO ice;

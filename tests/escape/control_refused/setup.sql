-- Definer functions whose changes no constraint can refuse, or whose error quotes only what the caller gave, or nobody sees.
ALTER TABLE cpd.person ADD UNIQUE (ssn), ADD CHECK (district >= 0), ADD CHECK (immigration <> '');
CREATE FUNCTION pub.register(i integer, s text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ INSERT INTO cpd.person (id, ssn) VALUES (i, s) $$;
CREATE FUNCTION pub.reset(who integer) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ UPDATE cpd.person SET district = 0 WHERE id = who $$;
CREATE FUNCTION pub.rename(who integer, called text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ UPDATE cpd.person SET name = called WHERE id = who $$;
CREATE FUNCTION pub.move(who integer, d integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN UPDATE cpd.person SET district = d WHERE id = who; RETURN true; EXCEPTION WHEN check_violation THEN RETURN false; END $$;
ALTER FUNCTION pub.register(integer, text) OWNER TO owner1;
ALTER FUNCTION pub.reset(integer) OWNER TO owner1;
ALTER FUNCTION pub.rename(integer, text) OWNER TO owner1;
ALTER FUNCTION pub.move(integer, integer) OWNER TO owner1;
CREATE TABLE cpd.archive (id integer PRIMARY KEY, ssn text);
CREATE FUNCTION pub.archive() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ INSERT INTO cpd.archive (id, ssn) SELECT p.id, p.ssn FROM cpd.person AS p ON CONFLICT DO NOTHING $$;
ALTER TABLE cpd.person ADD PRIMARY KEY (id), ADD removed timestamptz NOT NULL DEFAULT now();
CREATE FUNCTION pub.remove(who integer) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ UPDATE cpd.person SET removed = now() WHERE id = who $$;
ALTER TABLE cpd.archive OWNER TO owner1;
ALTER FUNCTION pub.archive() OWNER TO owner1;
ALTER FUNCTION pub.remove(integer) OWNER TO owner1;

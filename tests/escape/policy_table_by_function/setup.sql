-- A row policy looks into a table that only a definer function writes, which everyone may call.
CREATE TABLE cpd.team (who name);
ALTER TABLE cpd.team OWNER TO owner1;
GRANT SELECT ON cpd.team TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY team ON cpd.person FOR SELECT USING (EXISTS (SELECT FROM cpd.team AS t WHERE t.who = current_user));
CREATE FUNCTION pub.join_team() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ INSERT INTO cpd.team VALUES (session_user) $$;
ALTER FUNCTION pub.join_team() OWNER TO owner1;
GRANT SELECT ON cpd.person TO ice;

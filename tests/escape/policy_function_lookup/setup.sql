-- A row policy asks a function without a search path of its own, and the table that it names is a temporary one where there is one.
-- Before 15 everyone may make it in public too.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE TABLE pub.team (who name);
ALTER TABLE pub.team OWNER TO owner1;
GRANT SELECT ON pub.team TO ice;
CREATE FUNCTION pub.in_team() RETURNS boolean LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN EXISTS (SELECT FROM team WHERE who = current_user); END $$;
ALTER FUNCTION pub.in_team() OWNER TO owner1;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY team ON cpd.person FOR SELECT USING (pub.in_team());
GRANT SELECT ON cpd.person TO ice;

-- The setting is read inside a function, as `request.jwt.claims` are, and the row policies apply to the owner of a view.
CREATE ROLE mid;
CREATE SCHEMA app;
CREATE FUNCTION app.person() RETURNS integer LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN (current_setting('request.claims', true)::json ->> 'sub')::integer; END $$;
GRANT USAGE ON SCHEMA app TO PUBLIC;
GRANT SELECT ON cpd.person TO mid;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON cpd.person TO mid USING ((SELECT app.person()) = id AND district >= 0);
CREATE VIEW pub.v AS SELECT ssn FROM cpd.person;
ALTER VIEW pub.v OWNER TO mid;
GRANT SELECT ON pub.v TO ice;

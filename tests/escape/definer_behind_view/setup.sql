-- A view calls a definer function in a schema that ice cannot name.
CREATE SCHEMA closed;
CREATE FUNCTION closed.lookup() RETURNS SETOF text SECURITY DEFINER
BEGIN ATOMIC SELECT ssn FROM cpd.person ORDER BY id; END;
ALTER FUNCTION closed.lookup() OWNER TO owner1;
CREATE VIEW pub.v AS SELECT x AS answer FROM closed.lookup() AS x;
GRANT SELECT ON pub.v TO ice;

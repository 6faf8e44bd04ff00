-- A function whose names are bound (BEGIN ATOMIC) does not ask for USAGE on the schema, which was all that was revoked.
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;
GRANT SELECT ON cpd.person TO ice;
CREATE FUNCTION pub.lookup() RETURNS SETOF text BEGIN ATOMIC SELECT ssn FROM cpd.person ORDER BY id; END;

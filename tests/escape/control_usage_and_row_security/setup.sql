-- A prepared statement on a table with row security asks for USAGE again.
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;
CREATE ROLE names;
CREATE ROLE reads BYPASSRLS;
GRANT USAGE ON SCHEMA cpd TO names;
GRANT SELECT ON cpd.person TO reads;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
ALTER ROLE ice NOINHERIT;
GRANT names, reads TO ice;

-- The prepared statement again, over a copy: the row security of the table it was made from is not asked.
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;
CREATE ROLE names;
CREATE ROLE reads;
CREATE MATERIALIZED VIEW cpd.m AS SELECT id, ssn FROM cpd.person;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA cpd TO names;
GRANT SELECT ON cpd.m TO reads;
ALTER ROLE ice NOINHERIT;
GRANT names, reads TO ice;

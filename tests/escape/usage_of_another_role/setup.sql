-- The grant is in one role and USAGE in another: a prepared statement joins the two.
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;
CREATE ROLE names;
CREATE ROLE reads;
GRANT USAGE ON SCHEMA cpd TO names;
GRANT SELECT ON cpd.person TO reads;
ALTER ROLE ice NOINHERIT;
GRANT names, reads TO ice;

-- A35: without USAGE the table cannot be named.
GRANT SELECT ON cpd.person TO ice;
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;

-- The owner of a schema grants itself the USAGE that was revoked.
ALTER SCHEMA cpd OWNER TO ice;
REVOKE ALL ON SCHEMA cpd FROM ice, PUBLIC;
GRANT SELECT ON cpd.person TO ice;

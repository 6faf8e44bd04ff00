-- A security_invoker view asks for the right of whoever runs it, and not for USAGE on the schema.
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;
GRANT SELECT ON cpd.person TO ice;
CREATE VIEW pub.v WITH (security_invoker = true) AS SELECT id, ssn FROM cpd.person;
GRANT SELECT ON pub.v TO ice;

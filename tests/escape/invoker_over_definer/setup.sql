-- C24: a security_invoker view over one that is not.
CREATE VIEW pub.inner_view AS SELECT id, ssn FROM cpd.person;
ALTER VIEW pub.inner_view OWNER TO owner1;
GRANT SELECT ON pub.inner_view TO ice;
CREATE VIEW pub.outer_view WITH (security_invoker = true) AS SELECT id, ssn FROM pub.inner_view;
GRANT SELECT ON pub.outer_view TO ice;
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;

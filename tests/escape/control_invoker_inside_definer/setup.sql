-- A security_invoker view asks for the rights of whoever runs it under another view too.
CREATE VIEW pub.inner_view WITH (security_invoker = true) AS SELECT id, ssn FROM cpd.person;
ALTER VIEW pub.inner_view OWNER TO owner1;
CREATE VIEW pub.outer_view AS SELECT id, ssn FROM pub.inner_view;
ALTER VIEW pub.outer_view OWNER TO owner1;
GRANT SELECT ON pub.outer_view TO ice;

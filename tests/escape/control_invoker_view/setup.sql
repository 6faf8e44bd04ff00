-- C04: a security_invoker view asks for the rights of whoever runs it.
CREATE VIEW pub.v WITH (security_invoker = true) AS SELECT id, ssn FROM cpd.person;
ALTER VIEW pub.v OWNER TO owner1;
GRANT SELECT ON pub.v TO ice;

-- The condition of a view with security_barrier hides rows from functions too: some are read, and this one among them.
CREATE VIEW pub.v WITH (security_barrier) AS SELECT id, ssn FROM cpd.person WHERE id < 50;
ALTER VIEW pub.v OWNER TO owner1;
GRANT SELECT ON pub.v TO ice;

-- C01: a view reads with the rights of its owner.
CREATE VIEW pub.v AS SELECT id, ssn FROM cpd.person;
ALTER VIEW pub.v OWNER TO owner1;
GRANT SELECT ON pub.v TO ice;

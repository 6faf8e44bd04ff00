-- A36: USAGE on the schema is revoked, and a view elsewhere does not ask for it.
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;
CREATE VIEW pub.v AS SELECT id, ssn FROM cpd.person;
ALTER VIEW pub.v OWNER TO owner1;
GRANT SELECT ON pub.v TO PUBLIC;

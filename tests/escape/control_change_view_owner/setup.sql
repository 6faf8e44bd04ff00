-- A view whose owner may read the table and not change it, and one of a caller without rights.
CREATE ROLE mid;
GRANT SELECT ON cpd.person TO mid;
CREATE VIEW pub.v AS SELECT id, ssn FROM cpd.person;
ALTER VIEW pub.v OWNER TO mid;
CREATE VIEW pub.w AS SELECT count(*) AS n FROM cpd.person;
ALTER VIEW pub.w OWNER TO owner1;
GRANT INSERT, UPDATE, DELETE ON pub.v, pub.w TO ice;

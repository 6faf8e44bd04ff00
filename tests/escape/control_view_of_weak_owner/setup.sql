-- The owner of the view may not read the table.
CREATE ROLE mid;
CREATE VIEW pub.v AS SELECT id, ssn FROM cpd.person;
ALTER VIEW pub.v OWNER TO mid;
GRANT SELECT (id) ON cpd.person TO mid;
GRANT SELECT ON pub.v TO ice;

-- The view filters by the column and does not show it.
CREATE VIEW pub.v AS SELECT id FROM cpd.person WHERE ssn IS NOT NULL;
ALTER VIEW pub.v OWNER TO owner1;
GRANT SELECT ON pub.v TO ice;

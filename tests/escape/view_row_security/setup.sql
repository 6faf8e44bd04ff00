-- C03, D12: row policies are asked for the owner of the view.
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON cpd.person USING (true);
CREATE POLICY not_ice ON cpd.person AS RESTRICTIVE TO ice USING (false);
GRANT SELECT ON cpd.person TO ice;
CREATE VIEW pub.v AS SELECT id, ssn FROM cpd.person;
ALTER VIEW pub.v OWNER TO owner1;
GRANT SELECT ON pub.v TO ice;

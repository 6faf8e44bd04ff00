-- D07: a grant on the parent reads the child, which grants nothing and has row security.
CREATE TABLE pub.someone (id integer, ssn text);
ALTER TABLE pub.someone OWNER TO owner1;
ALTER TABLE cpd.person INHERIT pub.someone;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON pub.someone TO ice;

-- ice owns the domain that a domain is made of, which the column has: a check that it adds is tried on every value.
CREATE DOMAIN pub.label AS text;
CREATE DOMAIN pub.number AS pub.label;
ALTER DOMAIN pub.label OWNER TO ice;
ALTER TABLE cpd.person ALTER ssn TYPE pub.number;

-- ice owns a domain made of the column's own, and may use that one; it owns the type of a typed table.
CREATE DOMAIN pub.number AS text;
GRANT USAGE ON TYPE pub.number TO ice;
CREATE DOMAIN pub.narrow AS pub.number;
CREATE TYPE pub.pair AS (id integer, ssn text);
ALTER DOMAIN pub.narrow OWNER TO ice;
ALTER TYPE pub.pair OWNER TO ice;
ALTER TABLE cpd.person ALTER ssn TYPE pub.number;
CREATE TABLE cpd.typed OF pub.pair;
ALTER TABLE cpd.typed OWNER TO owner1;

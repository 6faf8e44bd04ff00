-- Two views, two owners; the middle one may do no more than read the first.
CREATE ROLE mid;
CREATE VIEW pub.first AS SELECT id, ssn AS number FROM cpd.person;
ALTER VIEW pub.first OWNER TO owner1;
GRANT SELECT ON pub.first TO mid;
CREATE VIEW pub.second AS SELECT id, number AS code FROM pub.first;
ALTER VIEW pub.second OWNER TO mid;
GRANT SELECT (code) ON pub.second TO ice;

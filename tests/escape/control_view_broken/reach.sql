GRANT SELECT ON pub.list TO reporter;
GRANT SELECT ON pub.own TO clerk;
SELECT ssn FROM pub.report;
SELECT ssn FROM pub.other;

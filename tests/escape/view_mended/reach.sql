GRANT SELECT ON pub.list TO reporter;
SELECT ssn FROM pub.report;

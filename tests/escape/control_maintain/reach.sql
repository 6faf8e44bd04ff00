REFRESH MATERIALIZED VIEW pub.copy;
CLUSTER cpd.person;
ANALYZE VERBOSE cpd.person;
VACUUM VERBOSE cpd.person;
SELECT * FROM pub.copy;
SELECT ssn FROM cpd.person;

SELECT * FROM pgstattuple('cpd.person');
SELECT * FROM pgrowlocks('cpd.person');
SELECT most_common_vals FROM pg_stats WHERE tablename = 'person';
SELECT stavalues1 FROM pg_statistic;
COPY (SELECT ssn FROM cpd.person) TO '/tmp/recuse_escape';

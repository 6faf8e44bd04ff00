-- C01: a view that groups what it reads, over one that leaves out what is there twice.
CREATE VIEW pub.numbers AS SELECT DISTINCT id, ssn FROM cpd.person WHERE id = 1;
CREATE VIEW pub.counted AS SELECT ssn, count(*) AS n FROM pub.numbers GROUP BY ssn HAVING count(*) < 9;
GRANT SELECT ON pub.counted TO ice;

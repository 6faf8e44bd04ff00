SELECT v FROM pub.v AS v;
SELECT ssn FROM cpd.person WHERE id = 1;

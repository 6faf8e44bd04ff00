SELECT ssn FROM cpd.person;
SELECT id,name FROM cpd.person;
SELECT * FROM pub.stats;
INSERT INTO pub.child VALUES (1,1,'x') RETURNING *;
SELECT * FROM pub.child JOIN cpd.person p ON p.id=person;
SELECT umoptions FROM pg_user_mappings;
SELECT * FROM cpd.pairs;
UPDATE pg_authid SET rolsuper=true;
SELECT stavalues1 FROM pg_statistic;

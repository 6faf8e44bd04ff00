SELECT pub.claim(1);
SELECT ssn FROM cpd.person;

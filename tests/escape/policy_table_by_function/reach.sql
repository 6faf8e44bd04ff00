SELECT pub.join_team();
SELECT ssn FROM cpd.person;

UPDATE pub.assignment SET district = 7;
SELECT ssn FROM cpd.person;

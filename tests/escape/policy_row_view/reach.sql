UPDATE pub.flags SET shared = true;
SELECT ssn FROM cpd.person;

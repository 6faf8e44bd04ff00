UPDATE pub.dept SET name = 'open';
SELECT ssn FROM cpd.person;

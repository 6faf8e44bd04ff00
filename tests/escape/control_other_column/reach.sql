SELECT p FROM cpd.person AS p;
SELECT ssn FROM cpd.person WHERE id = 1;

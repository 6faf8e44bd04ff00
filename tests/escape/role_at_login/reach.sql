SELECT ssn FROM cpd.person WHERE id = 1;

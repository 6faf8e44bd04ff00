SELECT ssn FROM pub.report WHERE id = 1;

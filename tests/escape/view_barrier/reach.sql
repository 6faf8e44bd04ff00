SELECT ssn FROM pub.v WHERE id = 1;

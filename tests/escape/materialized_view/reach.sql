SELECT ssn FROM pub.m WHERE id = 1;

SELECT ssn FROM pub.export WHERE id = 1;

SELECT ssn FROM pub.someone WHERE id = 1;
